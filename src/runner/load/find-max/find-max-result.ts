import type { ThresholdResult } from "../metrics/threshold.js";

/** What a step came to: the conditions over what began in it, however late that ended. */
export interface StepReading {
  readonly conditions: readonly ThresholdResult[];
  /** Acts that happened, and acts that were meant to and did not. */
  readonly acts: number;
  readonly dropped: number;
  /** Deliveries of what was sent and acknowledged in it that had not come when its cool-down was over. */
  readonly lost: number;
  /** Why its latencies are the generator's; empty = they are not. */
  readonly doubts: readonly string[];
}

export interface FindMaxStep extends StepReading {
  readonly ratePerSecond: number;
  /** Acts a second that really happened. */
  readonly achievedPerSecond: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly ok: boolean;
}

export interface FindMaxResult {
  /** The highest rate tried that held; null = none did. */
  readonly ratePerSecond: number | null;
  /** What ended the search; `merge` = what a segment measured is to be judged with the others'. */
  readonly endedBy: "precision" | "max rate" | "generator" | "no rate holds" | "stopped" | "merge";
  readonly steps: readonly FindMaxStep[];
}
