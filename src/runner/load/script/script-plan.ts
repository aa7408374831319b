import type { ThinkTime, ThinkTimeName } from "../../../scenarios/load/think-time.js";
import type { CustomMetric } from "../custom-metrics.js";
import { type ExecutorPlan, vusMaxOf } from "../executors/executor-plan.js";
import type { MetricPart } from "../load-metrics.js";
import type { Tags } from "../metric-selector.js";
import type { Vu } from "./vu.js";

/** A scenario of a scenario file. */
export interface ScriptScenario {
  readonly name: string;
  readonly executor: ExecutorPlan;
  /** Called for each iteration; may return a promise. `data` is what setup returned. */
  readonly exec: (vu: Vu, data: unknown) => unknown;
  readonly tags: Tags;
  readonly env: Readonly<Record<string, string>>;
}

/** What a scenario file says, checked. */
export interface ScriptPlan {
  readonly scenarios: readonly ScriptScenario[];
  readonly setup: ((vu: Vu) => unknown) | undefined;
  readonly teardown: ((data: unknown, vu: Vu) => unknown) | undefined;
  readonly setupTimeoutMs: number;
  readonly teardownTimeoutMs: number;
  readonly minIterationMs: number;
  readonly usersPerVu: number;
  /** Tags of everything. */
  readonly tags: Tags;
  readonly customMetrics: readonly CustomMetric[];
  /** Has the metrics that the file made send their values to the run. */
  readonly takeValues: (sink: (name: string, value: number, tags: Tags) => void) => void;
  /** By name, each for a mean. */
  readonly thinkTimes: Readonly<Record<ThinkTimeName, (mean: number) => ThinkTime>>;
  /** Groups that the file may make, and members that each may have. */
  readonly groupsMax: number;
  readonly groupMembersMax: number;
}

/** VUs of all scenarios; the one of setup and teardown comes after them. */
export function vusOf({ scenarios }: ScriptPlan): number {
  return scenarios.reduce((sum, { executor }) => sum + vusMaxOf(executor), 0);
}

export function hasOwnVu({ setup, teardown }: ScriptPlan): boolean {
  return setup !== undefined || teardown !== undefined;
}

/** Each VU has users of its own: a user of two would be kicked by itself (LGN-10). */
export function usersOf(plan: ScriptPlan): number {
  return (vusOf(plan) + (hasOwnVu(plan) ? 1 : 0)) * plan.usersPerVu;
}

/** Which users belong to which scenario. */
export function metricPartsOf(plan: ScriptPlan): MetricPart[] {
  let firstUser = 0;
  return plan.scenarios.map(({ name, executor, tags }) => {
    const endUser = firstUser + vusMaxOf(executor) * plan.usersPerVu;
    const part = { tags: { ...plan.tags, ...tags, scenario: name }, firstUser, endUser };
    firstUser = endUser;
    return part;
  });
}
