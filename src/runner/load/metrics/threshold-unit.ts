import type { Aggregate } from "./aggregate.js";
import { containedIn, type MetricContent } from "./metric-content.js";

export type ThresholdUnit = "ms" | "B" | "B/s" | "/s";

/** What the value that a threshold looks at is counted in; `undefined` for a bare number: a count, a share, a gauge. */
export function thresholdUnit(metric: string, content: MetricContent, aggregate: Aggregate): ThresholdUnit | undefined {
  const { type } = content;
  const contains = containedIn(metric, content);
  if (type === "rate") return undefined;
  if (aggregate === "rate") return contains === "data" ? "B/s" : "/s";
  if (type === "trend" && aggregate === "count") return undefined;
  if (contains === "default") return undefined;
  return contains === "data" ? "B" : "ms";
}

/** `61.2 ms`, `16/s`, `0` */
export function withUnit(value: number, unit: ThresholdUnit | undefined): string {
  if (unit === undefined) return String(value);
  return unit.startsWith("/") ? `${value}${unit}` : `${value} ${unit}`;
}
