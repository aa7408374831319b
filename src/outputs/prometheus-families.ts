import { containedIn } from "../runner/load/metrics/metric-content.js";
import type { MetricReading } from "../runner/load/metrics/metric-reading.js";
import type { Tags } from "../runner/load/metrics/metric-selector.js";
import type { Trend } from "../runner/load/metrics/metrics.js";
import { bucketBoundsMs } from "./latency-buckets.js";

type Label = readonly [name: string, value: string];

interface PrometheusSeries {
  readonly name: string;
  readonly labels: readonly Label[];
  readonly value: number;
}

export interface PrometheusFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly series: PrometheusSeries[];
}

/** k6's trend stats, which its remote write sends as gauges of these endings. */
const trendStats: ReadonlyArray<readonly [ending: string, what: string, read: (trend: Trend) => number]> = [
  ["min", "least", (trend) => trend.histogram.minUs / 1000],
  ["avg", "mean", (trend) => trend.histogram.meanUs / 1000],
  ["med", "median", (trend) => trend.percentileMs(50)],
  ["p90", "90th percentile", (trend) => trend.percentileMs(90)],
  ["p95", "95th percentile", (trend) => trend.percentileMs(95)],
  ["p99", "99th percentile", (trend) => trend.percentileMs(99)],
  ["max", "greatest", (trend) => trend.histogram.maxUs / 1000],
];

/**
 * Readings under the names that k6's remote write gives them, `ttk_` in place of `k6_`: a counter ends in `_total`, a rate in
 * `_rate`, a trend is gauges that end in `_p99` and the like. A trend is also a histogram that ends in `_seconds`, of which
 * Prometheus can make percentiles over any time and over several generators. Times are in seconds; a trend of other numbers
 * has them as they are, and its histogram no ending.
 */
export function prometheusFamilies(readings: readonly MetricReading[], tags: Tags): PrometheusFamily[] {
  const families = new Families();
  for (const reading of readings) {
    const name = `ttk_${nameOf(reading.name)}`;
    const labels = labelsOf({ ...tags, ...reading.tags });
    switch (reading.type) {
      case "counter":
        families.add(`${name}_total`, "counter", `${reading.name}, since the run began.`, labels, reading.count);
        break;
      case "gauge":
        families.add(name, "gauge", `${reading.name}, now.`, labels, reading.value);
        break;
      case "rate": {
        const share = reading.passes / (reading.passes + reading.fails);
        families.add(`${name}_rate`, "gauge", `${reading.name}, the share since the run began.`, labels, share);
        break;
      }
      case "trend": {
        const isTime = containedIn(reading.name, reading) === "time";
        const scale = isTime ? 1000 : 1;
        const histogram = isTime ? `${name}_seconds` : name;
        families.addHistogram(histogram, `${reading.name}, since the run began.`, labels, reading.trend, scale);
        for (const [ending, what, read] of trendStats) {
          const help = `${reading.name}, the ${what} since the run began${isTime ? ", in seconds" : ""}.`;
          families.add(`${name}_${ending}`, "gauge", help, labels, read(reading.trend) / scale);
        }
        break;
      }
    }
  }
  return families.all;
}

class Families {
  readonly #families = new Map<string, PrometheusFamily>();
  /** Different names of tags or metrics may become the same; the first one stays, because two would spoil the whole scrape. */
  readonly #taken = new Set<string>();

  get all(): PrometheusFamily[] {
    return [...this.#families.values()];
  }

  add(
    name: string,
    type: PrometheusFamily["type"],
    help: string,
    labels: readonly Label[],
    value: number,
    series = name,
  ): void {
    const key = `${series} ${JSON.stringify(labels)}`;
    let family = this.#families.get(name);
    if (this.#taken.has(key) || (family !== undefined && family.type !== type)) return;
    this.#taken.add(key);
    if (family === undefined) {
      family = { name, type, help, series: [] };
      this.#families.set(name, family);
    }
    family.series.push({ name: series, labels, value });
  }

  /** `scale`: how many of the trend's numbers are one of what is shown. */
  addHistogram(name: string, help: string, labels: readonly Label[], { histogram }: Trend, scale: number): void {
    // A bucket has its upper bound in it, and values are whole microseconds.
    const counts = histogram.countsBetweenUs(bucketBoundsMs.map((ms) => ms * 1000 + 1));
    let upTo = 0;
    for (const [row, count] of counts.entries()) {
      upTo += count;
      const boundMs = bucketBoundsMs[row];
      const bound: Label = ["le", boundMs === undefined ? "+Inf" : String(boundMs / scale)];
      this.add(name, "histogram", help, [...labels, bound], upTo, `${name}_bucket`);
    }
    this.add(name, "histogram", help, labels, histogram.sumUs / 1000 / scale, `${name}_sum`);
    this.add(name, "histogram", help, labels, histogram.count, `${name}_count`);
  }
}

function nameOf(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9_]/g, "_");
}

/** Sorted by name, as remote write asks. An empty value is as good as no label. */
function labelsOf(tags: Tags): Label[] {
  const labels = new Map<string, string>();
  for (const [tag, value] of Object.entries(tags)) {
    const name = nameOf(tag);
    // `le` is the histogram's; two underscores are Prometheus's own.
    const isReserved = name === "le" || name === "quantile" || name.startsWith("__") || !/^[a-zA-Z_]/.test(name);
    const label = isReserved ? `tag_${name}` : name;
    if (value !== "" && !labels.has(label)) labels.set(label, value);
  }
  return [...labels].sort(([one], [other]) => (one < other ? -1 : 1));
}
