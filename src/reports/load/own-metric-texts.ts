import type { MetricResult, TrendResult } from "../../runner/load/metrics.js";
import { count, perSecond, share } from "./quantity.js";

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

type Metrics = Readonly<Record<string, Exclude<MetricResult, TrendResult> | Pick<TrendResult, "type">>>;

/** What the counters, gauges and rates came to that a scenario file has made; its trends are among the durations. */
export function ownMetricTexts(metrics: Metrics): { readonly name: string; readonly text: string }[] {
  return Object.entries(metrics).flatMap(([name, metric]) => {
    if (metric.type === "trend" || metricsOfEveryRun.includes(name) || name.includes("{")) return [];
    return [{ name, text: textOf(metric) }];
  });
}

function textOf(metric: Exclude<MetricResult, TrendResult>): string {
  switch (metric.type) {
    case "counter":
      return `${number(metric.count)} (${perSecond(metric.rate)})`;
    case "gauge":
      return `${number(metric.value)} (${number(metric.min)} to ${number(metric.max)})`;
    case "rate":
      return `${share(metric.rate)} (${count(metric.passes)} of ${count(metric.passes + metric.fails)})`;
  }
}

/** Six significant digits are plenty. */
function number(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
}
