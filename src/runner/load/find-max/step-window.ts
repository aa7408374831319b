import { doubtsAbout, type HealthLimits, type HealthWatch } from "../generator-health.js";
import type { Histogram } from "../metrics/histogram.js";
import type { LoadMetrics, Moment } from "../metrics/load-metrics.js";
import { Trend } from "../metrics/metrics.js";
import type { Threshold } from "../metrics/threshold.js";
import type { StepReading } from "./find-max-result.js";
import type { StepGauge } from "./find-max-search.js";
import { copyOfSum, judgeStep, type MetricSum, type StepMeasure, sumSince } from "./step-measure.js";

/** What a window looks at. */
export interface WindowSources {
  readonly metrics: LoadMetrics;
  readonly health: HealthWatch;
  readonly healthLimits: HealthLimits;
  moment(): Moment;
  isQuiet(): boolean;
  /** Of the message that was sent last; and how many deliveries of later ones have not come. */
  lastSerial(): number;
  missingSince(serial: number): number;
  /** Gives up what was meant to happen before now and has not, which then counts as dropped. */
  skipOverdue(nowMs: number): void;
}

/** Metrics of a part of a run: what was added since it began. */
export class StepWindow implements StepGauge {
  readonly #before = new Map<string, MetricSum>();
  #startMs = 0;
  #iterations = 0;
  #dropped = 0;
  #lastSerial = 0;
  #lag: Histogram | undefined;

  constructor(
    private readonly conditions: readonly Threshold[],
    private readonly sources: WindowSources,
  ) {
    for (const { metric } of conditions) sources.metrics.watch(metric);
  }

  begin(nowMs: number): void {
    const { metrics, health } = this.sources;
    this.#startMs = nowMs;
    this.#iterations = metrics.iterations;
    this.#dropped = metrics.droppedIterations;
    this.#lastSerial = this.sources.lastSerial();
    this.#lag = metrics.eventLoopLag.histogram.copy();
    health.beginStep();
    for (const [metric, sum] of this.#sums()) this.#before.set(metric, copyOfSum(sum));
  }

  isQuiet(): boolean {
    return this.sources.isQuiet();
  }

  end(nowMs: number): StepReading {
    return judgeStep(this.conditions, this.measure(nowMs));
  }

  /** What was measured until now. */
  measure(nowMs: number): StepMeasure {
    const { metrics, health } = this.sources;
    this.sources.skipOverdue(nowMs);
    const acts = metrics.iterations - this.#iterations;
    const dropped = metrics.droppedIterations - this.#dropped;
    const lag = this.#lag === undefined ? metrics.eventLoopLag : since(metrics.eventLoopLag, this.#lag);
    // Acts that do not happen are the server's to answer for here: whether they may be dropped is the search's business.
    const generator = { iterations: acts, droppedIterations: 0, eventLoopLagP99Ms: lag.percentileMs(99) };
    return {
      spanMs: nowMs - this.#startMs,
      acts,
      dropped,
      lost: this.sources.missingSince(this.#lastSerial),
      doubts: doubtsAbout({ ...generator, busyShare: health.stepBusyShare() }, this.sources.healthLimits),
      sums: new Map(this.#sums().map(([metric, sum]) => [metric, sumSince(sum, this.#before.get(metric))])),
    };
  }

  #sums(): [metric: string, sum: MetricSum][] {
    const { metrics, moment } = this.sources;
    return this.conditions.flatMap(({ metric }): [string, MetricSum][] => {
      const sum = metrics.sumOf(metric, moment());
      return sum === undefined ? [] : [[metric, sum]];
    });
  }
}

function since(trend: Trend, earlier: Histogram): Trend {
  return new Trend(trend.histogram.since(earlier));
}
