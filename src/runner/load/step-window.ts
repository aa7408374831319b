import type { StepGauge, StepReading } from "./find-max-search.js";
import { doubtsAbout, type HealthLimits, type HealthWatch } from "./generator-health.js";
import type { Histogram } from "./histogram.js";
import type { LoadMetrics, Moment } from "./load-metrics.js";
import { selectorOf } from "./metric-selector.js";
import { perSecond, Trend } from "./metrics.js";
import { type Aggregate, judgeThreshold, type Threshold } from "./threshold.js";

/** What a window looks at. */
export interface WindowSources {
  readonly metrics: LoadMetrics;
  readonly health: HealthWatch;
  readonly healthLimits: HealthLimits;
  moment(): Moment;
  isQuiet(): boolean;
  /** Gives up what was meant to happen before now and has not; returns how much that is. */
  skipOverdue(nowMs: number): number;
}

/** Metrics of a part of a run: what was added since it began. */
export class StepWindow implements StepGauge {
  readonly #trends = new Map<string, Histogram>();
  readonly #counts = new Map<string, number>();
  #startMs = 0;
  #iterations = 0;
  #dropped = 0;
  #lag: Histogram | undefined;

  constructor(
    private readonly conditions: readonly Threshold[],
    private readonly sources: WindowSources,
  ) {}

  begin(nowMs: number): void {
    const { metrics, health } = this.sources;
    this.#startMs = nowMs;
    this.#iterations = metrics.iterations;
    this.#dropped = metrics.droppedIterations;
    this.#lag = metrics.eventLoopLag.histogram.copy();
    health.beginStep();
    for (const { metric } of this.conditions) {
      const trend = metrics.trendOf(selectorOf(metric));
      if (trend !== undefined) this.#trends.set(metric, trend.histogram.copy());
      this.#counts.set(metric, this.#count(metric) ?? 0);
    }
  }

  isQuiet(): boolean {
    return this.sources.isQuiet();
  }

  end(nowMs: number): StepReading {
    const { metrics, health } = this.sources;
    const skipped = this.sources.skipOverdue(nowMs);
    const acts = metrics.iterations - this.#iterations;
    const dropped = metrics.droppedIterations - this.#dropped + skipped;
    const lag = this.#lag === undefined ? metrics.eventLoopLag : since(metrics.eventLoopLag, this.#lag);
    // Acts that do not happen are the server's to answer for here: whether they may be dropped is the search's business.
    const generator = { iterations: acts, droppedIterations: 0, eventLoopLagP99Ms: lag.percentileMs(99) };
    return {
      conditions: this.conditions.map((condition) =>
        judgeThreshold(condition, (metric, aggregate) => this.#read(metric, aggregate, nowMs)),
      ),
      acts,
      dropped,
      doubts: doubtsAbout({ ...generator, busyShare: health.stepBusyShare() }, this.sources.healthLimits),
    };
  }

  #read(metric: string, aggregate: Aggregate, nowMs: number): number | undefined {
    const earlier = this.#trends.get(metric);
    const trend = this.sources.metrics.trendOf(selectorOf(metric));
    if (earlier !== undefined && trend !== undefined) {
      const later = since(trend, earlier);
      return later.count === 0 ? undefined : later.read(aggregate, nowMs - this.#startMs);
    }
    const count = this.#count(metric);
    if (count === undefined) return this.sources.metrics.read(metric, aggregate, this.sources.moment());
    const added = count - (this.#counts.get(metric) ?? 0);
    return aggregate === "rate" ? perSecond(added, nowMs - this.#startMs) : added;
  }

  #count(metric: string): number | undefined {
    return this.sources.metrics.read(metric, "count", this.sources.moment());
  }
}

function since(trend: Trend, earlier: Histogram): Trend {
  return new Trend(trend.histogram.since(earlier));
}
