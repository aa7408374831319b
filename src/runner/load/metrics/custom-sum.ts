import type { Aggregate } from "./aggregate.js";
import type { MetricContent } from "./metric-content.js";
import { counterReading, gaugeReading, type MetricReading, rateReading, trendReading } from "./metric-reading.js";
import type { Tags } from "./metric-selector.js";
import { counterResult, Gauge, type MetricResult, perSecond, Rate, Trend } from "./metrics.js";

/** A metric that a scenario file makes. */
export interface CustomMetric extends MetricContent {
  readonly name: string;
}

export class Counter {
  count = 0;
}

/** With the time of its last value: of several processes' the latest one is the value. */
export class TimedGauge extends Gauge {
  setAtMs = Number.NEGATIVE_INFINITY;

  constructor() {
    super(false);
  }
}

/** What an own metric has come to, or a part of it. */
export type CustomSum = Trend | TimedGauge | Rate | Counter;

export function newSum({ type }: CustomMetric): CustomSum {
  switch (type) {
    case "trend":
      return new Trend();
    case "gauge":
      return new TimedGauge();
    case "rate":
      return new Rate();
    case "counter":
      return new Counter();
  }
}

/** `atMs` on the run's clock. */
export function addToSum(sum: CustomSum, value: number, atMs: number): void {
  if (sum instanceof Trend) sum.recordMs(value);
  else if (sum instanceof TimedGauge) {
    sum.set(value);
    sum.setAtMs = atMs;
  } else if (sum instanceof Rate) sum.add(value !== 0);
  else sum.count += value;
}

/** Nothing was added, so that there is nothing to say about it. A counter is 0 then. */
export function isEmpty(sum: CustomSum | Gauge): boolean {
  if (sum instanceof Gauge) return !sum.hasValue;
  return sum instanceof Counter ? false : sum.count === 0;
}

/** The same, and a counter that nothing was added to yet. */
export function isUntouched(sum: CustomSum | Gauge): boolean {
  return sum instanceof Counter ? sum.count === 0 : isEmpty(sum);
}

/** Undefined when nothing was measured. */
export function readSum(sum: CustomSum | Gauge, aggregate: Aggregate, spanMs: number): number | undefined {
  if (isEmpty(sum)) return undefined;
  if (sum instanceof Counter) return aggregate === "rate" ? perSecond(sum.count, spanMs) : sum.count;
  return sum.read(aggregate, spanMs);
}

export function readingOf(metric: CustomMetric, tags: Tags, sum: CustomSum): MetricReading {
  return { ...plainReading(metric.name, tags, sum), ...contentOf(metric) };
}

function plainReading(name: string, tags: Tags, sum: CustomSum): MetricReading {
  if (sum instanceof Trend) return trendReading(name, tags, sum);
  if (sum instanceof Gauge) return gaugeReading(name, tags, sum);
  return sum instanceof Rate ? rateReading(name, tags, sum) : counterReading(name, tags, sum.count);
}

export function resultOf(metric: CustomMetric, sum: CustomSum, runMs: number): MetricResult {
  const result = sum instanceof Counter ? counterResult(sum.count, runMs) : sum.result(runMs);
  return { ...result, ...contentOf(metric) };
}

function contentOf({ contains }: CustomMetric): Pick<MetricContent, "contains"> {
  return contains === undefined ? {} : { contains };
}
