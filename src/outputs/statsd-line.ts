import type { Tags } from "../runner/load/metrics/metric-selector.js";
import type { MetricResult } from "../runner/load/metrics/metrics.js";

const kinds = { counter: "c", gauge: "g", trend: "ms", rate: "c" } as const;

/**
 * A sample as StatsD's line, named as k6 names it with `ttk.` in place of `k6.`; without the last line's end. What of a rate
 * did not hold counts apart, under `.fail`. Tags, when there are any, are DogStatsD's. A gauge below 0 takes two lines: without
 * tags, a sign means a change of what was there before.
 */
export function statsdLine(metric: string, type: MetricResult["type"], value: number, tags: Tags): string {
  const pairs = Object.entries(tags).map(([tag, text]) => `${clean(tag)}:${clean(text)}`);
  const end = `|${kinds[type]}${pairs.length > 0 ? `|#${pairs.join(",")}` : ""}`;
  const name = `ttk.${clean(metric)}`;
  if (type === "rate") return `${name}.${value !== 0 ? "pass" : "fail"}:1${end}`;
  const line = `${name}:${value}${end}`;
  return type === "gauge" && value < 0 && pairs.length === 0 ? `${name}:0${end}\n${line}` : line;
}

/** What has a meaning in a line must not come from a name. */
function clean(text: string): string {
  return text.replaceAll(/[:|@#,\s]/g, "_");
}
