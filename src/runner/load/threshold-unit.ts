import type { Aggregate } from "./aggregate.js";
import { metricKinds } from "./metric-names.js";

export type ThresholdUnit = "ms" | "B" | "B/s" | "/s";

/**
 * What the value that a threshold looks at is counted in; `undefined` for a bare number: a count, a share, a gauge, and what
 * a metric of a scenario file may or may not be.
 */
export function thresholdUnit(metric: string, aggregate: Aggregate): ThresholdUnit | undefined {
  const name = metric.replace(/\{.*/, "");
  const type = metricKinds[name]?.type;
  if (type === "counter" && name.startsWith("bytes_")) return aggregate === "rate" ? "B/s" : "B";
  if (aggregate === "rate") return type === undefined ? undefined : "/s";
  if (type === "trend") return aggregate === "count" ? undefined : "ms";
  // Trends alone have these.
  return typeof aggregate !== "string" || aggregate === "avg" || aggregate === "med" ? "ms" : undefined;
}

/** `61.2 ms`, `16/s`, `0` */
export function withUnit(value: number, unit: ThresholdUnit | undefined): string {
  if (unit === undefined) return String(value);
  return unit.startsWith("/") ? `${value}${unit}` : `${value} ${unit}`;
}
