import { describe, expect, it } from "vitest";
import { constantPace } from "../../../../src/runner/load/crowd/pace.js";
import type { ExecutorPlan } from "../../../../src/runner/load/executors/executor-plan.js";
import { plannedVus } from "../../../../src/runner/load/executors/planned-vus.js";

const common = { startTimeMs: 1000, gracefulStopMs: 0 };
const ramp: ExecutorPlan = {
  ...common,
  executor: "ramping-vus",
  startVus: 0,
  stages: [
    { durationMs: 1000, target: 4 },
    { durationMs: 1000, target: 2 },
  ],
  gracefulRampDownMs: 0,
};

describe("plannedVus", () => {
  it("has nobody at work before the executor's start", () => {
    expect(plannedVus(ramp, 999)).toBe(0);
    expect(plannedVus({ ...ramp, startVus: 3 }, 999)).toBe(0);
  });

  it("follows the stages, and whoever was at work last stays online", () => {
    expect([1000, 1500, 2000, 2500, 3000, 9000].map((atMs) => plannedVus(ramp, atMs))).toEqual([0, 2, 4, 3, 2, 2]);
  });

  it("has all VUs at work where iterations are shared out, and those that are there from the start where they arrive", () => {
    const iterations: ExecutorPlan = {
      ...common,
      executor: "shared-iterations",
      vus: 5,
      iterations: 9,
      maxDurationMs: 1000,
    };
    const arrivals: ExecutorPlan = {
      ...common,
      executor: "constant-arrival-rate",
      pace: constantPace(10, 1000),
      preAllocatedVus: 3,
      maxVus: 8,
    };
    expect(plannedVus(iterations, 1000)).toBe(5);
    expect(plannedVus(arrivals, 1000)).toBe(3);
  });
});
