import { counterReading, gaugeReading, type MetricReading, rateReading, trendReading } from "./metric-reading.js";
import type { Tags } from "./metric-selector.js";
import { hasTags } from "./metric-selector.js";
import { counterResult, Gauge, type MetricResult, perSecond, Rate, Trend } from "./metrics.js";
import type { Aggregate } from "./threshold.js";

/** A metric that a scenario file makes. */
export interface CustomMetric {
  readonly name: string;
  readonly type: MetricResult["type"];
}

export class Counter {
  count = 0;
}

/** With the time of its last value: of several processes' the latest one is the value. */
export class TimedGauge extends Gauge {
  setAtMs = Number.NEGATIVE_INFINITY;
}

export type CustomSum = Trend | TimedGauge | Rate | Counter;

/** What of a metric has these tags; without any it is all of it. */
export interface CustomPart {
  readonly tags: Tags;
  readonly sum: CustomSum;
}

interface Entry {
  readonly metric: CustomMetric;
  readonly total: CustomSum;
  readonly parts: CustomPart[];
}

/** The metrics that a scenario file makes, and those of their sub-metrics that somebody asks for. */
export class CustomMetrics {
  readonly #entries = new Map<string, Entry>();

  declare(metric: CustomMetric): void {
    this.#entries.set(metric.name, { metric, total: sumOf(metric), parts: [] });
  }

  /** From now on what has these tags is counted apart, too. */
  watch(name: string, tags: Tags): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) partOf(entry, tags);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** `atMs` on the run's clock. */
  add(name: string, value: number, tags: Tags, atMs: number): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    addTo(entry.total, value, atMs);
    for (const part of entry.parts) if (hasTags(tags, part.tags)) addTo(part.sum, value, atMs);
  }

  /** What has exactly these tags, as far as somebody watches them. */
  find(name: string, tags: Tags): CustomSum | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : sumWith(entry, tags);
  }

  /** Without tags: what several tags share is counted together. */
  readings(): MetricReading[] {
    return [...this.#entries].flatMap(([name, { total }]) => (isEmpty(total) ? [] : [readingOf(name, total)]));
  }

  results(runMs: number): Record<string, MetricResult> {
    const results: Record<string, MetricResult> = {};
    for (const [name, { total, parts }] of this.#entries) {
      if (!isEmpty(total)) results[name] = resultOf(total, runMs);
      for (const { tags, sum } of parts) {
        const label = Object.entries(tags).map(([tag, value]) => `${tag}:${value}`);
        if (!isEmpty(sum)) results[`${name}{${label.join(",")}}`] = resultOf(sum, runMs);
      }
    }
    return results;
  }

  /** Every metric, and all that is counted of it. */
  all(): { readonly metric: CustomMetric; readonly parts: readonly CustomPart[] }[] {
    return [...this.#entries.values()].map(({ metric, total, parts }) => ({
      metric,
      parts: [{ tags: {}, sum: total }, ...parts],
    }));
  }

  /** The sum of what has these tags, made if there is none. @throws RangeError when there is no such metric */
  sumOf(name: string, tags: Tags): CustomSum {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new RangeError(`there is no metric ${name}`);
    return Object.keys(tags).length === 0 ? entry.total : partOf(entry, tags).sum;
  }
}

/** Undefined when nothing was measured. */
export function readSum(sum: CustomSum | Gauge, aggregate: Aggregate, spanMs: number): number | undefined {
  if (isEmpty(sum)) return undefined;
  if (sum instanceof Counter) return aggregate === "rate" ? perSecond(sum.count, spanMs) : sum.count;
  return sum.read(aggregate, spanMs);
}

function sumWith({ total, parts }: Entry, tags: Tags): CustomSum | undefined {
  if (Object.keys(tags).length === 0) return total;
  return parts.find((part) => hasTags(part.tags, tags) && hasTags(tags, part.tags))?.sum;
}

function partOf(entry: Entry, tags: Tags): CustomPart {
  const sum = sumWith(entry, tags);
  if (sum !== undefined) return { tags, sum };
  const part = { tags, sum: sumOf(entry.metric) };
  entry.parts.push(part);
  return part;
}

function sumOf({ type }: CustomMetric): CustomSum {
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

function addTo(sum: CustomSum, value: number, atMs: number): void {
  if (sum instanceof Trend) sum.recordMs(value);
  else if (sum instanceof TimedGauge) {
    sum.set(value);
    sum.setAtMs = atMs;
  } else if (sum instanceof Rate) sum.add(value !== 0);
  else sum.count += value;
}

/** Nothing was added, so that there is nothing to say about it. A counter is 0 then. */
function isEmpty(sum: CustomSum | Gauge): boolean {
  return sum instanceof Counter || sum instanceof Gauge ? false : sum.count === 0;
}

function readingOf(name: string, sum: CustomSum): MetricReading {
  if (sum instanceof Trend) return trendReading(name, {}, sum);
  if (sum instanceof Gauge) return gaugeReading(name, {}, sum);
  return sum instanceof Rate ? rateReading(name, {}, sum) : counterReading(name, {}, sum.count);
}

function resultOf(sum: CustomSum, runMs: number): MetricResult {
  return sum instanceof Counter ? counterResult(sum.count, runMs) : sum.result(runMs);
}
