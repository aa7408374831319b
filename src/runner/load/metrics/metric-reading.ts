import type { MetricContent } from "./metric-content.js";
import type { Tags } from "./metric-selector.js";
import type { Gauge, Rate, Trend } from "./metrics.js";

/**
 * What a metric has come to by now, under certain tags. Cumulative since the run began; times in ms. The trend is the run's
 * own: read it at once, and do not change it.
 */
export type MetricReading = { readonly name: string; readonly tags: Tags } & Pick<MetricContent, "contains"> &
  (
    | { readonly type: "trend"; readonly trend: Trend }
    | { readonly type: "counter"; readonly count: number }
    | { readonly type: "gauge"; readonly value: number }
    | { readonly type: "rate"; readonly passes: number; readonly fails: number }
  );

export function trendReading(name: string, tags: Tags, trend: Trend): MetricReading {
  return { name, tags, type: "trend", trend };
}

export function counterReading(name: string, tags: Tags, count: number): MetricReading {
  return { name, tags, type: "counter", count };
}

export function gaugeReading(name: string, tags: Tags, { value }: Gauge): MetricReading {
  return { name, tags, type: "gauge", value };
}

export function rateReading(name: string, tags: Tags, { passes, count }: Rate): MetricReading {
  return { name, tags, type: "rate", passes, fails: count - passes };
}
