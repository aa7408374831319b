import { Counter, type CustomSum, readSum } from "../metrics/custom-sum.js";
import { Gauge, Rate, Trend } from "../metrics/metrics.js";
import { judgeThreshold, type Threshold } from "../metrics/threshold.js";
import type { StepReading } from "./find-max-result.js";

/** What a metric has come to. */
export type MetricSum = CustomSum | Gauge;

/** What a step of a search came to, as it can be added to what it came to in other processes. */
export interface StepMeasure {
  readonly spanMs: number;
  readonly acts: number;
  readonly dropped: number;
  readonly lost: number;
  readonly doubts: readonly string[];
  /** Of the metrics that conditions are about, what was added during the step; gauges as they stand. */
  readonly sums: ReadonlyMap<string, MetricSum>;
}

/** Whether the conditions hold of it. */
export function judgeStep(conditions: readonly Threshold[], measure: StepMeasure): StepReading {
  const { spanMs, acts, dropped, lost, doubts, sums } = measure;
  // A run counts them only when it is over.
  const missing = new Counter();
  missing.count = lost;
  return {
    conditions: conditions.map((condition) =>
      judgeThreshold(condition, (metric, aggregate) => {
        const sum = metric === "msgs_lost" ? missing : sums.get(metric);
        return sum === undefined ? undefined : readSum(sum, aggregate, spanMs);
      }),
    ),
    acts,
    dropped,
    lost,
    doubts,
  };
}

/** A copy that does not grow; of a gauge, itself. */
export function copyOfSum(sum: MetricSum): MetricSum {
  if (sum instanceof Trend) return new Trend(sum.histogram.copy());
  if (sum instanceof Gauge) return sum;
  return sumSince(sum, undefined);
}

/** What was added since `earlier` was copied from it. */
export function sumSince(sum: MetricSum, earlier: MetricSum | undefined): MetricSum {
  if (sum instanceof Trend) return earlier instanceof Trend ? new Trend(sum.histogram.since(earlier.histogram)) : sum;
  if (sum instanceof Gauge) return sum;
  if (sum instanceof Rate) {
    const rate = new Rate();
    const before = earlier instanceof Rate ? earlier : rate;
    rate.addCounts(sum.passes - before.passes, sum.fails - before.fails);
    return rate;
  }
  const counter = new Counter();
  counter.count = sum.count - (earlier instanceof Counter ? earlier.count : 0);
  return counter;
}
