import type { Options } from "k6/options";
import type { LoadResult } from "../../runner/load/load-result.js";
import type { MetricResult } from "../../runner/load/metrics.js";

/** k6 tells what a number is: a time in ms, data in bytes, or anything. */
type Contains = "time" | "data" | "default";

const options = {
  summaryTrendStats: ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)"],
} satisfies Pick<Options, "summaryTrendStats">;

/**
 * A run as the data that k6 hands to `handleSummary`, so that scripts which read k6's end-of-test summary read this one.
 * k6 has no checks here; its root group is empty.
 */
export function loadK6Summary(result: LoadResult): string {
  const summary = {
    root_group: { name: "", path: "", id: "d41d8cd98f00b204e9800998ecf8427e", groups: [], checks: [] },
    options: { ...options, summaryTimeUnit: "", noColor: false },
    state: { isStdOutTTY: false, isStdErrTTY: false, testRunDurationMs: result.durationMs },
    metrics: Object.fromEntries(
      Object.entries(result.metrics).map(([name, metric]) => [
        name,
        { ...k6Metric(name, metric), ...k6Thresholds(result, name) },
      ]),
    ),
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

function k6Metric(name: string, metric: MetricResult) {
  switch (metric.type) {
    case "trend": {
      const { avg, min, p50: med, max, p90, p95, p99 } = metric;
      const values = { avg, min, med, max, "p(90)": p90, "p(95)": p95, "p(99)": p99 };
      return { type: "trend", contains: "time" satisfies Contains, values };
    }
    case "counter":
      return { type: "counter", contains: containedIn(name), values: { count: metric.count, rate: metric.rate } };
    case "rate":
      return {
        type: "rate",
        contains: "default" satisfies Contains,
        values: { rate: metric.rate, passes: metric.passes, fails: metric.fails },
      };
    case "gauge":
      return {
        type: "gauge",
        contains: containedIn(name),
        values: { value: metric.value, min: metric.min, max: metric.max },
      };
  }
}

function containedIn(name: string): Contains {
  return name.startsWith("bytes_") ? "data" : "default";
}

function k6Thresholds({ thresholds }: LoadResult, name: string) {
  const own = thresholds.filter(({ metric }) => metric === name);
  if (own.length === 0) return {};
  return { thresholds: Object.fromEntries(own.map(({ expression, ok }) => [expression, { ok }])) };
}
