import type { Aggregate } from "./aggregate.js";
import { HIGHEST_TRACKABLE_US, Histogram } from "./histogram.js";
import type { MetricContent } from "./metric-content.js";

/**
 * What a metric came to. Times are in ms; `hdr` is an HdrHistogram (V2, compressed, base64) of microseconds, or of thousandths
 * of whatever else it contains.
 */
export type MetricResult = (TrendResult | CounterResult | RateResult | GaugeResult) & Pick<MetricContent, "contains">;

export interface TrendResult {
  readonly type: "trend";
  readonly count: number;
  /** Values recorded in a second of the run. */
  readonly rate: number;
  readonly min: number;
  readonly avg: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly hdr: string;
}

export interface CounterResult {
  readonly type: "counter";
  readonly count: number;
  readonly rate: number;
}

/** How often something held. */
export interface RateResult {
  readonly type: "rate";
  /** From 0 to 1. */
  readonly rate: number;
  readonly passes: number;
  readonly fails: number;
}

export interface GaugeResult {
  readonly type: "gauge";
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** Greater values are recorded as this. */
export const TREND_MAX_MS = HIGHEST_TRACKABLE_US / 1000;

/** Durations. */
export class Trend {
  constructor(readonly histogram = new Histogram()) {}

  recordMs(durationMs: number): void {
    this.histogram.recordUs(durationMs * 1000);
  }

  get count(): number {
    return this.histogram.count;
  }

  percentileMs(percent: number): number {
    return this.histogram.percentileUs(percent) / 1000;
  }

  read(aggregate: Aggregate, spanMs: number): number | undefined {
    if (typeof aggregate === "object") return this.percentileMs(aggregate.percent);
    const { histogram } = this;
    switch (aggregate) {
      case "count":
        return histogram.count;
      case "rate":
        return perSecond(histogram.count, spanMs);
      case "min":
        return histogram.minUs / 1000;
      case "avg":
        return rounded(histogram.meanUs / 1000);
      case "med":
        return this.percentileMs(50);
      case "max":
        return histogram.maxUs / 1000;
      case "value":
        return undefined;
    }
  }

  /** By the rows between these bounds, in ms; without the empty ones at the end. */
  countsBetween(boundsMs: readonly number[]): number[] {
    const counts = this.histogram.countsBetweenUs(boundsMs.map((ms) => ms * 1000));
    return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
  }

  result(runMs: number): TrendResult {
    const { histogram } = this;
    return {
      type: "trend",
      count: histogram.count,
      rate: perSecond(histogram.count, runMs),
      min: histogram.minUs / 1000,
      avg: rounded(histogram.meanUs / 1000),
      p50: this.percentileMs(50),
      p90: this.percentileMs(90),
      p95: this.percentileMs(95),
      p99: this.percentileMs(99),
      p999: this.percentileMs(99.9),
      max: histogram.maxUs / 1000,
      hdr: histogram.toHdrBase64(),
    };
  }
}

/** A number that goes up and down, with the extremes it has had. */
export class Gauge {
  #value = 0;
  #min = 0;
  #max = 0;
  #hasValue: boolean;

  /** One that does not begin at 0 has no value, and no extremes, before it is set. */
  constructor(beginsAtZero = true) {
    this.#hasValue = beginsAtZero;
  }

  get hasValue(): boolean {
    return this.#hasValue;
  }

  get value(): number {
    return this.#value;
  }

  add(change: number): void {
    this.set(this.#value + change);
  }

  set(value: number): void {
    this.#value = value;
    this.#min = this.#hasValue ? Math.min(this.#min, value) : value;
    this.#max = this.#hasValue ? Math.max(this.#max, value) : value;
    this.#hasValue = true;
  }

  /** Adds another process's, value and extremes. */
  addUp({ value, min, max }: Pick<GaugeResult, "value" | "min" | "max">): void {
    this.#value += value;
    this.#min += min;
    this.#max += max;
    this.#hasValue = true;
  }

  read(aggregate: Aggregate): number | undefined {
    if (aggregate === "min") return this.#min;
    if (aggregate === "max") return this.#max;
    return aggregate === "value" ? this.#value : undefined;
  }

  result(): GaugeResult {
    return { type: "gauge", value: this.#value, min: this.#min, max: this.#max };
  }
}

/** Yes or no. */
export class Rate {
  #passes = 0;
  #fails = 0;

  get passes(): number {
    return this.#passes;
  }

  get fails(): number {
    return this.#fails;
  }

  get count(): number {
    return this.#passes + this.#fails;
  }

  add(held: boolean): void {
    if (held) this.#passes++;
    else this.#fails++;
  }

  addCounts(passes: number, fails: number): void {
    this.#passes += passes;
    this.#fails += fails;
  }

  read(aggregate: Aggregate): number | undefined {
    if (aggregate === "rate") return this.count === 0 ? undefined : this.#passes / this.count;
    return aggregate === "count" ? this.count : undefined;
  }

  result(): RateResult {
    const rate = this.count === 0 ? 0 : this.#passes / this.count;
    return { type: "rate", rate, passes: this.#passes, fails: this.#fails };
  }
}

/** Something that only grows, by kind. */
export class TaggedCounter {
  readonly #counts = new Map<string, number>();

  add(kind: string, count = 1): void {
    this.#counts.set(kind, this.of(kind) + count);
  }

  of(kind: string): number {
    return this.#counts.get(kind) ?? 0;
  }

  get kinds(): readonly string[] {
    return [...this.#counts.keys()].sort();
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

export function counterResult(count: number, runMs: number): CounterResult {
  return { type: "counter", count, rate: perSecond(count, runMs) };
}

export function perSecond(count: number, durationMs: number): number {
  return durationMs <= 0 ? 0 : rounded((count * 1000) / durationMs);
}

/** To the microsecond, or a thousandth of whatever else it is: more digits are noise in a report. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
