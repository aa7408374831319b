import { createHash } from "node:crypto";
import type { Options } from "k6/options";
import type { CheckResult, LoadResult } from "../../runner/load/load-result.js";
import { containedIn } from "../../runner/load/metrics/metric-content.js";
import type { MetricResult } from "../../runner/load/metrics/metrics.js";

const usualTrendStats = ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"];

/**
 * A run as the data that k6 hands to `handleSummary`, so that scripts which read k6's end-of-test summary read this one.
 */
export function loadK6Summary(result: LoadResult): string {
  const options = {
    summaryTrendStats: result.summaryTrends === undefined ? usualTrendStats : [...result.summaryTrends.stats],
  } satisfies Pick<Options, "summaryTrendStats">;
  const summary = {
    root_group: { name: "", path: "", id: idOf(""), groups: [], checks: result.checks.map(k6Check) },
    options: { ...options, summaryTimeUnit: "", noColor: false },
    state: { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: result.durationMs },
    metrics: Object.fromEntries(
      Object.entries(result.metrics).map(([name, metric]) => [
        name,
        { ...k6Metric(result, name, metric), ...k6Thresholds(result, name) },
      ]),
    ),
    ...(result.setupData === undefined ? {} : { setup_data: result.setupData }),
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

function k6Check({ name, passes, fails }: CheckResult) {
  const path = `::${name}`;
  return { name, path, id: idOf(path), passes, fails };
}

/** k6 identifies groups and checks by the MD5 of their path. */
function idOf(path: string): string {
  return createHash("md5").update(path).digest("hex");
}

function k6Metric({ summaryTrends }: LoadResult, name: string, metric: MetricResult) {
  const contains = containedIn(name, metric);
  switch (metric.type) {
    case "trend": {
      const { avg, min, p50: med, max, p90, p95, p99 } = metric;
      const usual = { avg, min, med, max, "p(90)": p90, "p(95)": p95, "p(99)": p99 };
      const values = summaryTrends?.values[name] ?? usual;
      return { type: "trend", contains, values };
    }
    case "counter":
      return { type: "counter", contains, values: { count: metric.count, rate: metric.rate } };
    case "rate":
      return {
        type: "rate",
        contains,
        values: { rate: metric.rate, passes: metric.passes, fails: metric.fails },
      };
    case "gauge":
      return {
        type: "gauge",
        contains,
        values: { value: metric.value, min: metric.min, max: metric.max },
      };
  }
}

function k6Thresholds({ thresholds }: LoadResult, name: string) {
  const own = thresholds.filter(({ metric }) => metric === name);
  if (own.length === 0) return {};
  return { thresholds: Object.fromEntries(own.map(({ expression, ok }) => [expression, { ok }])) };
}
