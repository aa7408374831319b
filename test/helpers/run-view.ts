import type { RunView } from "../../src/outputs/output.js";
import { metricKinds } from "../../src/runner/load/metrics/metric-names.js";
import type { MetricReading } from "../../src/runner/load/metrics/metric-reading.js";
import {
  counterReading,
  gaugeReading,
  rateReading,
  trendReading,
} from "../../src/runner/load/metrics/metric-reading.js";
import { Gauge, Rate, Trend } from "../../src/runner/load/metrics/metrics.js";

export interface TestRunView extends RunView {
  readonly warnings: string[];
}

/** A run that stands still, for outputs. */
export function runView(given: Partial<RunView> = {}): TestRunView {
  const warnings: string[] = [];
  return {
    nowMs: () => 1_700_000_000_000,
    readings,
    kindOf: (metric) => metricKinds[metric],
    thresholds: [],
    tags: { testid: "7" },
    warn: (text) => warnings.push(text),
    toolkit: "1.2.3",
    ...given,
    warnings,
  };
}

/** One of each type; the trend has 0.05, 1, 1.5, 30 and 70,000 ms. */
export function readings(): MetricReading[] {
  const trend = new Trend();
  for (const ms of [0.05, 1, 1.5, 30, 70_000]) trend.recordMs(ms);
  const gauge = new Gauge();
  gauge.set(12);
  const rate = new Rate();
  for (const held of [true, true, true, false]) rate.add(held);
  return [
    trendReading("pull_duration", { pull: "users" }, trend),
    counterReading("msgs_sent", {}, 5),
    gaugeReading("vus", {}, gauge),
    rateReading("checks", { check: 'it "works"\n' }, rate),
  ];
}
