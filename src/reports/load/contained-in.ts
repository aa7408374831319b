import type { Contains, MetricContent } from "../../runner/load/contains.js";

/** What a metric's numbers are; reports of earlier versions do not say it of own metrics. */
export function containedIn(metric: string, { type, contains }: MetricContent): Contains {
  if (contains !== undefined) return contains;
  if (type === "trend") return "time";
  return metric === "bytes_sent" || metric === "bytes_received" ? "data" : "default";
}
