import type { ThinkTime, ThinkTimeName } from "../../../scenarios/load/think-time.js";
import { type ExecutorPlan, vusMaxOf } from "../executors/executor-plan.js";
import type { CustomMetric } from "../metrics/custom-sum.js";
import type { MetricPart } from "../metrics/metric-part.js";
import type { Tags } from "../metrics/metric-selector.js";
import { isOwn, type Segment } from "../segment.js";
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
  /** VUs that call setup and teardown: 0 when there are none, else one, or one for each segment that calls its own. */
  readonly hookVus: number;
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

/** VUs of all scenarios; those of setup and teardown come after them. */
export function vusOf({ scenarios }: ScriptPlan): number {
  return scenarios.reduce((sum, { executor }) => sum + vusMaxOf(executor), 0);
}

/** Each VU has users of its own: a user of two would be kicked by itself (LGN-10). */
export function usersOf(plan: ScriptPlan): number {
  return (vusOf(plan) + plan.hookVus) * plan.usersPerVu;
}

/**
 * The number of the VU with which a segment calls setup and teardown, those of all scenarios coming first; undefined where
 * another segment calls them, or nobody does.
 */
export function hookVuOf(plan: ScriptPlan, segment: Pick<Segment, "index" | "count">): number | undefined {
  const first = vusOf(plan);
  const numbers = Array.from({ length: plan.hookVus }, (_, number) => first + number);
  return numbers.find((vu) => isOwn(vu, { index: segment.index, count: segment.count }));
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
