import { addToSum, type CustomMetric, type CustomSum, newSum, readingOf } from "./custom-sum.js";
import type { MetricReading } from "./metric-reading.js";
import type { Tags } from "./metric-selector.js";

/** A histogram takes 190 kB, and a monitoring system a series for each set of tags. */
export const TAG_SETS_MAX_PER_METRIC = 200;
/** OpenTelemetry's name for the series of all that a cardinality limit leaves no series of its own. */
const overflow: Tags = { "otel.metric.overflow": "true" };

/** One metric by its tags, for outputs that send sums: each value is in one series. */
export class TagSeries {
  readonly #series = new Map<string, { readonly tags: Tags; readonly sum: CustomSum }>();

  constructor(private readonly metric: CustomMetric) {}

  /** @returns false when there are too many sets of tags already, and the value is counted without its own */
  add(value: number, tags: Tags, atMs: number): boolean {
    const key = keyOf(tags);
    let series = this.#series.get(key);
    const hasRoom = series !== undefined || this.#series.size < TAG_SETS_MAX_PER_METRIC;
    series ??= hasRoom ? this.#make(key, tags) : (this.#series.get("") ?? this.#make("", overflow));
    addToSum(series.sum, value, atMs);
    return hasRoom;
  }

  readings(): MetricReading[] {
    return [...this.#series.values()].map(({ tags, sum }) => readingOf(this.metric, tags, sum));
  }

  #make(key: string, tags: Tags): { readonly tags: Tags; readonly sum: CustomSum } {
    const series = { tags, sum: newSum(this.metric) };
    this.#series.set(key, series);
    return series;
  }
}

/** The same whatever order the tags are in; never empty. */
function keyOf(tags: Tags): string {
  const names = Object.keys(tags);
  return JSON.stringify(names.length < 2 ? tags : names.sort().map((name) => [name, tags[name]]));
}
