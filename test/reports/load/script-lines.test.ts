import { describe, expect, it } from "vitest";
import { findMaxLines } from "../../../src/reports/load/find-max-lines.js";
import { loadK6Summary } from "../../../src/reports/load/load-k6-summary.js";
import { metricsOfEveryRun } from "../../../src/reports/load/own-metric-texts.js";
import { scriptLines } from "../../../src/reports/load/script-lines.js";
import type { LoadResult } from "../../../src/runner/load/load-result.js";
import { metricKinds } from "../../../src/runner/load/metrics/metric-names.js";
import type { TrendResult } from "../../../src/runner/load/metrics/metrics.js";
import { heldLoad } from "../../helpers/load-result.js";

const condition = { metric: "msg_ack_duration", expression: "p(99)<50", ok: true, actual: 12.5, unit: "ms" as const };
const step = {
  conditions: [condition],
  acts: 1000,
  dropped: 0,
  lost: 0,
  doubts: [],
  startedAtMs: 0,
  durationMs: 10_000,
};
const steps = [
  { ...step, ratePerSecond: 100, achievedPerSecond: 99, ok: true },
  {
    ...step,
    ratePerSecond: 200,
    achievedPerSecond: 150,
    ok: false,
    dropped: 500,
    lost: 2,
    conditions: [{ ...condition, ok: false, actual: null }],
  },
];

describe("findMaxLines", () => {
  it("has a line for each step, and says what was found", () => {
    expect(findMaxLines("steady-chat", { ratePerSecond: 100, endedBy: "precision", steps })).toEqual([
      "      rate    achieved      time    condition",
      "     100/s        99/s    10.0 s  held   msg_ack_duration p(99)<50 (12.5 ms)",
      "     200/s       150/s    10.0 s  broke  msg_ack_duration p(99)<50 (nothing was measured), 500 did not happen, 2 lost",
      "",
      "MAX          steady-chat holds at 100/s: the search came close enough",
    ]);
  });

  it("says when no rate holds", () => {
    const lines = findMaxLines("chat", { ratePerSecond: null, endedBy: "no rate holds", steps: [] });
    expect(lines.at(-1)).toBe("MAX          chat holds at no rate: the condition broke at every rate that was tried");
  });
});

const scripted = {
  ...heldLoad,
  parts: [
    {
      name: "chat",
      executor: "constant-vus",
      vusMax: 12,
      iterations: 1234,
      failed: 3,
      interrupted: 0,
      dropped: 1,
      findMax: null,
    },
  ],
  checks: [{ name: "is good", passes: 9, fails: 1 }],
};

describe("scriptLines", () => {
  it("says what became of iterations and checks, and nothing for a built-in scenario", () => {
    expect(scriptLines(scripted)).toEqual([
      "scenario    chat (constant-vus, up to 12 VUs): 1,234 iterations, 3 failed, 1 dropped",
      "check       is good: 9 held, 1 DID NOT",
      "",
    ]);
    expect(scriptLines(heldLoad)).toEqual([]);
  });

  it("has a line for each counter, gauge and rate of the file's own, and for none that every run has", () => {
    const kinds = Object.entries(metricKinds).filter(([, { type }]) => type !== "trend");
    expect([...metricsOfEveryRun].sort()).toEqual(["checks", ...kinds.map(([name]) => name)].sort());
    const metrics: LoadResult["metrics"] = {
      ...scripted.metrics,
      rooms: { type: "counter", count: 12_000, rate: 0.42 },
      "rooms{kind:odd}": { type: "counter", count: 4, rate: 0.1 },
      level: { type: "gauge", value: 2.5, min: 1, max: 1_000_000 },
      fair: { type: "rate", rate: 0.75, passes: 3, fails: 1 },
    };
    expect(scriptLines({ ...scripted, metrics }).slice(2)).toEqual([
      "metric      rooms: 12,000 (0.42/s)",
      "metric      level: 2.5 (1 to 1,000,000)",
      "metric      fair: 75 % (3 of 4)",
      "",
    ]);
  });

  it("gives k6's summary its checks, and the statistics that the file asks for", () => {
    const summaryTrends = { stats: ["p(99.9)"], values: { msg_ack_duration: { "p(99.9)": 7 } } };
    const summary = JSON.parse(loadK6Summary({ ...scripted, summaryTrends, setupData: { a: 1 } }));
    // k6 identifies a check by the MD5 of its path.
    const id = "bfeb8362ffa82c7ad9f0771f2843c768";
    expect(summary.root_group.checks).toEqual([{ name: "is good", path: "::is good", id, passes: 9, fails: 1 }]);
    expect(summary.metrics.msg_ack_duration.values).toEqual({ "p(99.9)": 7 });
    const took = { ...(heldLoad.metrics.msg_ack_duration as TrendResult), contains: "default" as const };
    const own = JSON.parse(loadK6Summary({ ...scripted, metrics: { took } }));
    expect(own.metrics.took).toMatchObject({ type: "trend", contains: "default" });
    expect([summary.setup_data, summary.options.summaryTrendStats]).toEqual([{ a: 1 }, ["p(99.9)"]]);
  });
});
