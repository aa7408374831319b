import { describe, expect, it } from "vitest";
import { doubtsAbout, HealthWatch, healthLimits } from "../../../src/runner/load/generator-health.js";
import { Trend } from "../../../src/runner/load/metrics/metrics.js";

describe("HealthWatch", () => {
  it("has no doubt about a run of a few ms, which is busy for all of it", () => {
    const watch = new HealthWatch(new Trend(), () => {});
    watch.begin(0);
    watch.beginStep();
    for (let round = 0; round < 10_000; round++) Math.sqrt(round);
    watch.end();
    expect(watch.stepBusyShare()).toBeLessThan(healthLimits.busyShareMax);
    expect(doubtsAbout(watch.result(1, 0), healthLimits)).toEqual([]);
  });
});
