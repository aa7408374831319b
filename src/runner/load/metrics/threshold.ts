import type { Aggregate } from "./aggregate.js";
import type { MetricResult } from "./metrics.js";
import { type ThresholdUnit, withUnit } from "./threshold-unit.js";

const comparisons = {
  "<": (value: number, limit: number) => value < limit,
  "<=": (value: number, limit: number) => value <= limit,
  ">": (value: number, limit: number) => value > limit,
  ">=": (value: number, limit: number) => value >= limit,
  "==": (value: number, limit: number) => value === limit,
  "===": (value: number, limit: number) => value === limit,
  "!=": (value: number, limit: number) => value !== limit,
} as const;
export type Comparison = keyof typeof comparisons;

/** What must hold of a metric for the run to pass, in k6's words. */
export interface Threshold {
  /** As reports name it: `msg_ack_duration`, `errors{kind:ack_timeout}`. */
  readonly metric: string;
  /** As it was written: `p(95)<50`. */
  readonly expression: string;
  readonly aggregate: Aggregate;
  readonly comparison: Comparison;
  readonly limit: number;
  /** What the value is counted in; absent for a bare number. */
  readonly unit?: ThresholdUnit;
  /** Ends the run as soon as it does not hold. */
  readonly abortOnFail: boolean;
  /** So long after the run's start it is not yet looked at for that. */
  readonly delayAbortEvalMs: number;
}

/** How a threshold ended. */
export interface ThresholdResult {
  readonly metric: string;
  readonly expression: string;
  readonly ok: boolean;
  /** What was compared; null = the metric has no value, which is no reason to call it held. */
  readonly actual: number | null;
  /** What `actual` is counted in; absent for a bare number. */
  readonly unit?: ThresholdUnit;
}

/** The value of what a threshold looks at. `undefined` when nothing was measured. */
export type ReadAggregate = (metric: string, aggregate: Aggregate) => number | undefined;

export function judgeThreshold(threshold: Threshold, read: ReadAggregate): ThresholdResult {
  const { metric, expression, aggregate, comparison, limit, unit } = threshold;
  const actual = read(metric, aggregate);
  const ok = actual !== undefined && comparisons[comparison](actual, limit);
  return { metric, expression, ok, actual: actual ?? null, ...(unit === undefined ? {} : { unit }) };
}

/** Which aggregates a metric of a type has, for messages about others. */
export const aggregatesOf: Readonly<Record<MetricResult["type"], readonly string[]>> = {
  trend: ["avg", "min", "med", "max", "p(N)", "count", "rate"],
  counter: ["count", "rate"],
  rate: ["rate"],
  gauge: ["value", "min", "max"],
};

export function isAggregateOf(type: MetricResult["type"], aggregate: Aggregate): boolean {
  return aggregatesOf[type].includes(typeof aggregate === "string" ? aggregate : "p(N)");
}

/** What an ended run says of the threshold that ended it. */
export function abortTextOf({ metric, expression }: Pick<ThresholdResult, "metric" | "expression">): string {
  return `${metric} ${expression}`;
}

/** Of a threshold that ended the run, and holds of what there is in the end: it has failed all the same. */
export function abortFailures(abortedBy: string | null, thresholds: readonly ThresholdResult[]): string[] {
  const isToldAlready = thresholds.some((threshold) => !threshold.ok && abortTextOf(threshold) === abortedBy);
  return abortedBy === null || isToldAlready ? [] : [`${abortedBy} did not hold when it ended the run`];
}

/** In words: `msg_ack_duration p(95)<50 does not hold: 61.2 ms`. */
export function thresholdFailure({ metric, expression, actual, unit }: ThresholdResult): string {
  return `${metric} ${expression} does not hold: ${actual === null ? "nothing was measured" : withUnit(actual, unit)}`;
}
