import { describe, expect, it } from "vitest";
import { CustomMetrics } from "../../../../src/runner/load/metrics/custom-metrics.js";
import type { MetricReading } from "../../../../src/runner/load/metrics/metric-reading.js";
import { TAG_SETS_MAX_PER_METRIC } from "../../../../src/runner/load/metrics/tag-series.js";

function counters(readings: readonly MetricReading[], name: string) {
  return readings.flatMap((reading) => (reading.name === name && reading.type === "counter" ? [reading] : []));
}

describe("CustomMetrics", () => {
  it("reads each value once, by its tags in any order", () => {
    const custom = new CustomMetrics();
    custom.declare({ name: "sum", type: "counter" });
    expect(custom.readings()).toEqual([{ name: "sum", tags: {}, type: "counter", count: 0 }]);
    custom.watch("sum", { a: "1" });
    custom.add("sum", 1, { a: "1", b: "2" }, 0);
    custom.add("sum", 2, { b: "2", a: "1" }, 0);
    custom.add("sum", 4, { a: "1" }, 0);
    custom.add("sum", 8, {}, 0);
    expect(counters(custom.readings(), "sum").map(({ tags, count }) => [tags, count])).toEqual([
      [{ a: "1", b: "2" }, 3],
      [{ a: "1" }, 4],
      [{}, 8],
    ]);
    expect(custom.results(1000)).toMatchObject({ sum: { count: 15 }, "sum{a:1}": { count: 7 } });
  });

  it("keeps so many sets of tags, the rest in one series, and counts what it holds", () => {
    const custom = new CustomMetrics();
    custom.declare({ name: "sum", type: "counter" });
    for (let user = 0; user < TAG_SETS_MAX_PER_METRIC + 50; user++) custom.add("sum", 2, { user: `${user}` }, 0);
    custom.add("sum", 2, { user: "0" }, 0);
    const series = counters(custom.readings(), "sum");
    expect(series).toHaveLength(TAG_SETS_MAX_PER_METRIC + 1);
    expect(series.at(-1)).toMatchObject({ tags: { "otel.metric.overflow": "true" }, count: 100 });
    expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(2 * (TAG_SETS_MAX_PER_METRIC + 51));
    expect(custom.results(1000)).toMatchObject({ untagged_values: { type: "counter", count: 50 } });
  });
});
