import type { MetricResult } from "../runner/load/metrics.js";

/** k6's word for what a metric's numbers are: a time in ms, data in bytes, or anything. */
export function containedIn(metric: string, type: MetricResult["type"] | undefined): "time" | "data" | "default" {
  if (type === "trend") return "time";
  return metric.startsWith("bytes_") ? "data" : "default";
}
