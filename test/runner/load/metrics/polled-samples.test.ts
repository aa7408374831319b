import { describe, expect, it } from "vitest";
import { metricKinds } from "../../../../src/runner/load/metrics/metric-names.js";
import { PolledSamples } from "../../../../src/runner/load/metrics/polled-samples.js";

/** Counters that are samples when they grow, by calls of LoadMetrics. */
const called = ["msgs_sent", "kicks", "errors", "iterations", "dropped_iterations"];

describe("polled samples", () => {
  it("are of every counter that no call tells of, and say what came since the last time", () => {
    const counters = Object.entries(metricKinds).flatMap(([name, { type }]) => (type === "counter" ? [name] : []));
    const readings = (count: number) => counters.map((name) => ({ type: "counter" as const, name, tags: {}, count }));
    const samples: [string, number][] = [];
    const polled = new PolledSamples((name, value) => samples.push([name, value]));
    polled.take(readings(2));
    polled.take(readings(5));
    const expected = counters.filter((name) => !called.includes(name));
    expect(samples).toEqual([...expected.map((name) => [name, 2]), ...expected.map((name) => [name, 3])]);
  });
});
