import { addToSum, type CustomMetric, type CustomSum, isEmpty, newSum, readingOf, resultOf } from "./custom-sum.js";
import type { MetricReading } from "./metric-reading.js";
import type { Tags } from "./metric-selector.js";
import { hasTags } from "./metric-selector.js";
import type { MetricResult } from "./metrics.js";
import { TagSeries } from "./tag-series.js";

/** What of a metric has these tags; without any it is all of it. */
export interface CustomPart {
  readonly tags: Tags;
  readonly sum: CustomSum;
}

interface Entry {
  readonly metric: CustomMetric;
  readonly total: CustomSum;
  /** Sub-metrics that somebody asks for: a value may be in several, or in none. */
  readonly parts: CustomPart[];
  readonly series: TagSeries;
}

/** Counts values that came when a metric had too many sets of tags; there is none before. */
const untagged: CustomMetric = { name: "untagged_values", type: "counter" };

/** The metrics that a scenario file makes, by tags, and those of their sub-metrics that somebody asks for. */
export class CustomMetrics {
  readonly #entries = new Map<string, Entry>();

  declare(metric: CustomMetric): void {
    const entry = { metric, total: newSum(metric), parts: [], series: new TagSeries(metric) };
    this.#entries.set(metric.name, entry);
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
    addToSum(entry.total, value, atMs);
    for (const part of entry.parts) if (hasTags(tags, part.tags)) addToSum(part.sum, value, atMs);
    if (entry.series.add(value, tags, atMs)) return;
    if (!this.has(untagged.name)) this.declare(untagged);
    this.add(untagged.name, 1, {}, atMs);
  }

  /** What has exactly these tags, as far as somebody watches them. */
  find(name: string, tags: Tags): CustomSum | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : sumWith(entry, tags);
  }

  /** By tags, each value once. A metric that has none yet is there without any. */
  readings(): MetricReading[] {
    return [...this.#entries.values()].flatMap(({ metric, total, series }) => {
      const readings = series.readings();
      return readings.length > 0 || isEmpty(total) ? readings : [readingOf(metric, {}, total)];
    });
  }

  results(runMs: number): Record<string, MetricResult> {
    const results: Record<string, MetricResult> = {};
    for (const [name, { metric, total, parts }] of this.#entries) {
      if (!isEmpty(total)) results[name] = resultOf(metric, total, runMs);
      for (const { tags, sum } of parts) {
        const label = Object.entries(tags).map(([tag, value]) => `${tag}:${value}`);
        if (!isEmpty(sum)) results[`${name}{${label.join(",")}}`] = resultOf(metric, sum, runMs);
      }
    }
    return results;
  }

  /** Every metric, with all of it and the parts that somebody watches. */
  all(): { readonly metric: CustomMetric; readonly parts: readonly CustomPart[] }[] {
    return [...this.#entries.values()].map(({ metric, total, parts }) => ({
      metric,
      parts: [{ tags: {}, sum: total }, ...parts],
    }));
  }

  /** The sum of what has these tags, made if there is none. */
  sumOf(metric: CustomMetric, tags: Tags): CustomSum {
    if (!this.has(metric.name)) this.declare(metric);
    const entry = this.#entries.get(metric.name) as Entry;
    return Object.keys(tags).length === 0 ? entry.total : partOf(entry, tags).sum;
  }
}

function sumWith({ total, parts }: Entry, tags: Tags): CustomSum | undefined {
  if (Object.keys(tags).length === 0) return total;
  return parts.find((part) => hasTags(part.tags, tags) && hasTags(tags, part.tags))?.sum;
}

function partOf(entry: Entry, tags: Tags): CustomPart {
  const sum = sumWith(entry, tags);
  if (sum !== undefined) return { tags, sum };
  const part = { tags, sum: newSum(entry.metric) };
  entry.parts.push(part);
  return part;
}
