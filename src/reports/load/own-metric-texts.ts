import { type Contains, containedIn } from "../../runner/load/metrics/metric-content.js";
import type { MetricResult, TrendResult } from "../../runner/load/metrics/metrics.js";
import { count, perSecond, quantity, share } from "./quantity.js";

/** Counters, gauges and rates that every run has, or may have. */
export const metricsOfEveryRun: readonly string[] = [
  "pdus_sent",
  "pdus_received",
  "bytes_sent",
  "bytes_received",
  "msgs_sent",
  "msgs_acked",
  "msgs_delivered",
  "msgs_lost",
  "msgs_duplicated",
  "msgs_reordered",
  "msgs_corrupted",
  "msgs_misdelivered",
  "msgs_diverged",
  "msgs_not_in_history",
  "unread_wrong",
  "kicks",
  "errors",
  "iterations",
  "dropped_iterations",
  "untagged_values",
  "vus",
  "vus_max",
  "devices_online",
  "generator_busy",
  "checks",
];

type OtherResult = Exclude<MetricResult, TrendResult>;
type Metrics = Readonly<Record<string, OtherResult | Pick<TrendResult, "type">>>;

/** What the counters, gauges and rates came to that a scenario file has made; its trends are among the durations. */
export function ownMetricTexts(metrics: Metrics): { readonly name: string; readonly text: string }[] {
  return Object.entries(metrics).flatMap(([name, metric]) => {
    if (metric.type === "trend" || metricsOfEveryRun.includes(name) || name.includes("{")) return [];
    return [{ name, text: textOf(metric, containedIn(name, metric)) }];
  });
}

function textOf(metric: OtherResult, contains: Contains): string {
  const text = (value: number) => quantity(value, contains);
  switch (metric.type) {
    case "counter":
      return `${text(metric.count)} (${perSecond(metric.rate)})`;
    case "gauge":
      return `${text(metric.value)} (${text(metric.min)} to ${text(metric.max)})`;
    case "rate":
      return `${share(metric.rate)} (${count(metric.passes)} of ${count(metric.passes + metric.fails)})`;
  }
}
