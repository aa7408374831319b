import { describe, expect, it } from "vitest";
import { thresholdOf } from "../../../../src/cli/load/threshold-value.js";
import { StepWindow } from "../../../../src/runner/load/find-max/step-window.js";
import { HealthWatch, healthLimits } from "../../../../src/runner/load/generator-health.js";
import { LoadMetrics } from "../../../../src/runner/load/metrics/load-metrics.js";
import { Trend } from "../../../../src/runner/load/metrics/metrics.js";
import type { Threshold } from "../../../../src/runner/load/metrics/threshold.js";
import { DeliveryOracle } from "../../../../src/runner/load/oracle/delivery-oracle.js";

const metrics = (): LoadMetrics =>
  new LoadMetrics(
    [],
    [
      { name: "took", type: "trend" },
      { name: "held", type: "rate" },
      { name: "level", type: "gauge" },
      { name: "sum", type: "counter" },
    ],
  );
const looksAt = (metric: string, aggregate: Threshold["aggregate"]): Threshold => ({
  ...thresholdOf("errors:count<1"),
  metric,
  aggregate,
  abortOnFail: false,
  delayAbortEvalMs: 0,
});

describe("StepWindow", () => {
  it("judges own metrics of every type by what was added during the step", () => {
    const measured = metrics();
    const conditions = [
      looksAt("took", { percent: 100 }),
      looksAt("took{of:us}", "count"),
      looksAt("held", "rate"),
      looksAt("level", "value"),
      looksAt("sum", "rate"),
    ];
    const { counts } = new DeliveryOracle({ users: 2, devicesPerUser: 1, run: 1, ackTimeoutMs: 1 });
    const traffic = { pdusSent: 0, pdusReceived: 0, bytesSent: 0, bytesReceived: 0 };
    const window = new StepWindow(conditions, {
      metrics: measured,
      health: new HealthWatch(new Trend(), () => {}),
      healthLimits,
      moment: () => ({ steadyMs: 10_000, runMs: 10_000, delivery: counts, traffic }),
      isQuiet: () => true,
      lastSerial: () => 0,
      missingSince: () => 0,
      skipOverdue: () => {},
    });
    const add = (name: string, value: number) => measured.customAdded(name, value, { of: "us" }, 0);
    add("took", 900);
    add("held", 0);
    add("sum", 100);
    window.begin(1000);
    for (const ms of [1, 2]) add("took", ms);
    for (const held of [1, 1, 1, 0]) add("held", held);
    add("level", 12);
    add("sum", 8);
    expect(window.end(3000).conditions.map(({ actual }) => actual)).toEqual([2, 2, 0.75, 12, 4]);
  });
});
