import type { LoadResult, SummaryTrends } from "../load-result.js";
import type { LoadMetrics, Moment } from "./load-metrics.js";
import { parseExpression } from "./parse-threshold.js";

/** What `summaryTrendStats` asks of every trend; undefined when nobody asks. */
export function summaryTrends(
  stats: readonly string[] | undefined,
  results: LoadResult["metrics"],
  metrics: LoadMetrics,
  moment: Moment,
): SummaryTrends | undefined {
  if (stats === undefined) return undefined;
  const values: Record<string, Record<string, number>> = {};
  for (const [name, { type }] of Object.entries(results)) {
    if (type !== "trend") continue;
    const read = (stat: string) => metrics.read(name, parseExpression(`${stat}<0`).aggregate, moment) ?? 0;
    values[name] = Object.fromEntries(stats.map((stat) => [stat, read(stat)]));
  }
  return { stats, values };
}
