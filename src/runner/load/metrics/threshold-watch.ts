import { judgeThreshold, type ReadAggregate, type Threshold, type ThresholdResult } from "./threshold.js";

/** A run's thresholds: looked at while it goes on for those that end it, and at its end for all. */
export class ThresholdWatch {
  readonly #aborting: readonly Threshold[];

  constructor(
    private readonly thresholds: readonly Threshold[],
    private readonly read: ReadAggregate,
    /** Whether nothing was added to a metric yet. */
    private readonly isUntouched: (metric: string) => boolean,
  ) {
    this.#aborting = thresholds.filter(({ abortOnFail }) => abortOnFail);
  }

  /** The first threshold by which the run must end now. As k6: what nothing was added to cannot have failed yet. */
  breach(runMs: number): ThresholdResult | undefined {
    return this.#aborting
      .filter(({ delayAbortEvalMs, metric }) => runMs >= delayAbortEvalMs && !this.isUntouched(metric))
      .map((threshold) => judgeThreshold(threshold, this.read))
      .find(({ ok, actual }) => !ok && actual !== null);
  }

  results(): ThresholdResult[] {
    return this.thresholds.map((threshold) => judgeThreshold(threshold, this.read));
  }
}
