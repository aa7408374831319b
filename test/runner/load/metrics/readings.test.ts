import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoadResult } from "../../../../src/runner/load/load-result.js";
import { startLoad } from "../../../../src/runner/load/load-run.js";
import { metricKinds } from "../../../../src/runner/load/metrics/metric-names.js";
import type { MetricReading } from "../../../../src/runner/load/metrics/metric-reading.js";
import { FakeMsgServer } from "../../../helpers/fake-msg-server.js";
import { loadPlan } from "../../../helpers/load-plan.js";

let server: FakeMsgServer;
beforeEach(async () => {
  server = await FakeMsgServer.start({ users: 6 });
});
afterEach(() => server.stop());

/** What of a metric's readings or samples together a report would say. */
function countIn(readings: readonly MetricReading[], metric: string): number {
  return readings
    .filter(({ name }) => name === metric)
    .reduce((sum, reading) => {
      if (reading.type === "trend") return sum + reading.trend.count;
      return sum + (reading.type === "counter" ? reading.count : 0);
    }, 0);
}

function countOf(result: LoadResult, metric: string): number {
  const found = result.metrics[metric];
  return found?.type === "trend" || found?.type === "counter" ? found.count : 0;
}

describe("a run's readings and samples", () => {
  it("add up to its report, metric by metric", async () => {
    const samples = new Map<string, { count: number; sum: number; last: number }>();
    const load = startLoad(loadPlan(server.address, 6), {
      signal: new AbortController().signal,
      nowMs: () => 0,
      onSample: (metric, value) => {
        const { count = 0, sum = 0 } = samples.get(metric) ?? {};
        samples.set(metric, { count: count + 1, sum: sum + value, last: value });
      },
    });
    const result = await load.result;
    const readings = load.readings();
    expect(countOf(result, "msgs_delivered")).toBeGreaterThan(0);
    for (const [metric, { type }] of Object.entries(metricKinds)) {
      expect([metric, countIn(readings, metric)]).toEqual([metric, countOf(result, metric)]);
      const sample = samples.get(metric);
      if (type === "trend") expect([metric, sample?.count ?? 0]).toEqual([metric, countOf(result, metric)]);
      if (type === "counter") expect([metric, sample?.sum ?? 0]).toEqual([metric, countOf(result, metric)]);
    }
    expect(samples.get("devices_online")?.last).toBe(0);
  });

  it("says of each kind of device what is measured of it, which together is what all have", async () => {
    const plan = { ...loadPlan(server.address, 6), deviceTypes: ["windows", "mac"] as const };
    const signal = new AbortController().signal;
    const result = await startLoad(plan, { signal, nowMs: () => 0 }).result;
    for (const metric of ["login_duration", "msg_ack_duration", "msg_delivery_duration"]) {
      const [windows = 0, mac = 0, ios = 0] = ["windows", "mac", "ios"].map((device) =>
        countOf(result, `${metric}{device:${device}}`),
      );
      expect([metric, windows > 0, mac > 0]).toEqual([metric, true, true]);
      expect([metric, windows + mac + ios]).toEqual([metric, countOf(result, metric)]);
    }
  });
});
