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

class Counter {
  count = 0;
}

type Sum = Trend | Gauge | Rate | Counter;

/** The metrics that a scenario file makes, and those of their sub-metrics that somebody asks for. */
export class CustomMetrics {
  readonly #sums = new Map<string, { readonly metric: CustomMetric; readonly total: Sum; readonly parts: Part[] }>();

  declare(metric: CustomMetric): void {
    this.#sums.set(metric.name, { metric, total: sumOf(metric), parts: [] });
  }

  /** From now on what has these tags is counted apart, too. */
  watch(name: string, tags: Tags): void {
    const entry = this.#sums.get(name);
    if (entry === undefined || entry.parts.some((part) => part.tags === tags)) return;
    entry.parts.push({ tags, sum: sumOf(entry.metric) });
  }

  has(name: string): boolean {
    return this.#sums.has(name);
  }

  add(name: string, value: number, tags: Tags): void {
    const entry = this.#sums.get(name);
    if (entry === undefined) return;
    addTo(entry.total, value);
    for (const part of entry.parts) if (hasTags(tags, part.tags)) addTo(part.sum, value);
  }

  read(name: string, tags: Tags, aggregate: Aggregate, runMs: number): number | undefined {
    const entry = this.#sums.get(name);
    const sum =
      Object.keys(tags).length === 0
        ? entry?.total
        : entry?.parts.find((part) => hasTags(part.tags, tags) && hasTags(tags, part.tags))?.sum;
    if (sum === undefined || isEmpty(sum)) return undefined;
    if (sum instanceof Counter) return aggregate === "rate" ? perSecond(sum.count, runMs) : sum.count;
    return sum.read(aggregate, runMs);
  }

  /** Without tags: what several tags share is counted together. */
  readings(): MetricReading[] {
    return [...this.#sums].flatMap(([name, { total }]) => (isEmpty(total) ? [] : [readingOf(name, total)]));
  }

  results(runMs: number): Record<string, MetricResult> {
    const results: Record<string, MetricResult> = {};
    for (const [name, { total, parts }] of this.#sums) {
      if (!isEmpty(total)) results[name] = resultOf(total, runMs);
      for (const { tags, sum } of parts) {
        const label = Object.entries(tags).map(([tag, value]) => `${tag}:${value}`);
        if (!isEmpty(sum)) results[`${name}{${label.join(",")}}`] = resultOf(sum, runMs);
      }
    }
    return results;
  }
}

interface Part {
  readonly tags: Tags;
  readonly sum: Sum;
}

function sumOf({ type }: CustomMetric): Sum {
  switch (type) {
    case "trend":
      return new Trend();
    case "gauge":
      return new Gauge();
    case "rate":
      return new Rate();
    case "counter":
      return new Counter();
  }
}

function addTo(sum: Sum, value: number): void {
  if (sum instanceof Trend) sum.recordMs(value);
  else if (sum instanceof Gauge) sum.set(value);
  else if (sum instanceof Rate) sum.add(value !== 0);
  else sum.count += value;
}

/** Nothing was added, so that there is nothing to say about it. A counter is 0 then. */
function isEmpty(sum: Sum): boolean {
  return sum instanceof Counter || sum instanceof Gauge ? false : sum.count === 0;
}

function readingOf(name: string, sum: Sum): MetricReading {
  if (sum instanceof Trend) return trendReading(name, {}, sum);
  if (sum instanceof Gauge) return gaugeReading(name, {}, sum);
  return sum instanceof Rate ? rateReading(name, {}, sum) : counterReading(name, {}, sum.count);
}

function resultOf(sum: Sum, runMs: number): MetricResult {
  return sum instanceof Counter ? counterResult(sum.count, runMs) : sum.result(runMs);
}
