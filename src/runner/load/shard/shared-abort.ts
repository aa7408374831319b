import type { MetricSum } from "../find-max/step-measure.js";
import { isUntouched, readSum } from "../metrics/custom-sum.js";
import { type LoadMetrics, type Moment, spanOf } from "../metrics/load-metrics.js";
import { abortTextOf, type Threshold } from "../metrics/threshold.js";
import { ThresholdWatch } from "../metrics/threshold-watch.js";
import { addSumsStates, type SumsState, sumsState } from "./sums-state.js";

/** What the metrics that may end a run have come to in one process by now. */
export interface StandingState {
  readonly runMs: number;
  readonly steadyMs: number;
  readonly sums: SumsState;
}

/** Where thresholds that end a run are judged for all processes together. */
export interface SharedAbort {
  /** Called once a second while something may still end the run. */
  tell(state: StandingState): void;
  /** Aborted when the run is to end everywhere; its reason is the threshold's text. */
  readonly signal: AbortSignal;
}

export function standingState(
  metrics: LoadMetrics,
  thresholds: readonly Threshold[],
  moment: Moment,
  epochMs: number,
): StandingState {
  const sums = new Map<string, MetricSum>();
  for (const { metric, abortOnFail } of thresholds) {
    const sum = abortOnFail ? metrics.sumOf(metric, moment) : undefined;
    if (sum !== undefined) sums.set(metric, sum);
  }
  return { runMs: moment.runMs, steadyMs: moment.steadyMs, sums: sumsState(sums, epochMs) };
}

/** Judges what all processes have measured together, once all have told of a further second. */
export class AbortJudge {
  readonly #latest = new Map<number, StandingState>();

  constructor(
    private readonly thresholds: readonly Threshold[],
    private readonly processes: number,
  ) {}

  /** @returns the threshold by which the run must end everywhere, as text; undefined = none, as far as is known */
  take(worker: number, state: StandingState): string | undefined {
    this.#latest.set(worker, state);
    if (this.#latest.size < this.processes) return undefined;
    const states = [...this.#latest.values()];
    this.#latest.clear();
    const sums = addSumsStates(states.map((each) => each.sums));
    const runMs = Math.max(...states.map((each) => each.runMs));
    const steadyMs = Math.max(...states.map((each) => each.steadyMs));
    const watch = new ThresholdWatch(
      this.thresholds,
      (metric, aggregate) => {
        const sum = sums.get(metric);
        return sum === undefined ? undefined : readSum(sum, aggregate, spanOf(metric, { steadyMs, runMs }));
      },
      (metric) => {
        const sum = sums.get(metric);
        return sum === undefined || isUntouched(sum);
      },
    );
    const breach = watch.breach(runMs);
    return breach === undefined ? undefined : abortTextOf(breach);
  }
}
