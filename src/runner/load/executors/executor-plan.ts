import type { Pace } from "../crowd/pace.js";
import type { FindMaxPlan } from "../find-max/find-max-plan.js";

/** Of VUs, as k6's `stages` of ramping-vus. */
export interface VuStage {
  readonly durationMs: number;
  readonly target: number;
}

/** What every executor has. */
interface Common {
  /** After the beginning of the steady phase. */
  readonly startTimeMs: number;
  /** How long iterations may go on after the executor's time is up. */
  readonly gracefulStopMs: number;
}

export interface IterationsPlan extends Common {
  readonly executor: "shared-iterations" | "per-vu-iterations";
  readonly vus: number;
  /** Of all VUs together, or of each. */
  readonly iterations: number;
  readonly maxDurationMs: number;
}

export interface VusPlan extends Common {
  readonly executor: "constant-vus" | "ramping-vus";
  readonly startVus: number;
  readonly stages: readonly VuStage[];
  /** How long an iteration of a VU that is no longer wanted may go on. */
  readonly gracefulRampDownMs: number;
}

export interface ArrivalPlan extends Common {
  readonly executor: "constant-arrival-rate" | "ramping-arrival-rate";
  /** When iterations begin. */
  readonly pace: Pace;
  readonly preAllocatedVus: number;
  readonly maxVus: number;
}

export interface FindMaxExecutorPlan extends Common {
  readonly executor: "find-max";
  readonly search: FindMaxPlan;
  readonly preAllocatedVus: number;
  readonly maxVus: number;
}

/** When virtual users do what they do, in k6's words; durations in ms. */
export type ExecutorPlan = IterationsPlan | VusPlan | ArrivalPlan | FindMaxExecutorPlan;

/** The most VUs that it may have at once. */
export function vusMaxOf(plan: ExecutorPlan): number {
  switch (plan.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return plan.vus;
    case "constant-vus":
    case "ramping-vus":
      return Math.max(plan.startVus, ...plan.stages.map(({ target }) => target));
    default:
      return plan.maxVus;
  }
}

/** How long it goes on as planned, from its start; Infinity when nobody can say. */
export function lengthOf(plan: ExecutorPlan): number {
  switch (plan.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return plan.maxDurationMs;
    case "constant-vus":
    case "ramping-vus":
      return plan.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
    case "find-max":
      return Number.POSITIVE_INFINITY;
    default:
      return plan.pace.durationMs;
  }
}
