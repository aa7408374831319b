import { judgeThreshold, type ReadAggregate, type Threshold, type ThresholdResult } from "./threshold.js";

/** A run's thresholds: looked at while it goes on for those that end it, and at its end for all. */
export class ThresholdWatch {
  readonly #aborting: readonly Threshold[];

  constructor(
    private readonly thresholds: readonly Threshold[],
    private readonly read: ReadAggregate,
  ) {
    this.#aborting = thresholds.filter(({ abortOnFail }) => abortOnFail);
  }

  /** The first threshold by which the run must end now. What has no value yet cannot have failed yet. */
  breach(runMs: number): ThresholdResult | undefined {
    return this.#aborting
      .filter(({ delayAbortEvalMs }) => runMs >= delayAbortEvalMs)
      .map((threshold) => judgeThreshold(threshold, this.read))
      .find(({ ok, actual }) => !ok && actual !== null);
  }

  results(): ThresholdResult[] {
    return this.thresholds.map((threshold) => judgeThreshold(threshold, this.read));
  }
}
