/** k6's word for what a metric's numbers are: a time in ms, data in bytes, or anything. */
export type Contains = "time" | "data" | "default";

/** What is known of a metric's numbers. */
export interface MetricContent {
  readonly type: "trend" | "counter" | "rate" | "gauge";
  /** Absent = as usual: a trend is of times, what every run has as `bytes_…` of data, all else of bare numbers. */
  readonly contains?: Contains;
}

export function containedIn(metric: string, { type, contains }: MetricContent): Contains {
  if (contains !== undefined) return contains;
  if (type === "trend") return "time";
  return metric === "bytes_sent" || metric === "bytes_received" ? "data" : "default";
}
