import { describe, expect, it } from "vitest";
import { loadConsole } from "../../../src/reports/load/load-console.js";
import { loadCsv } from "../../../src/reports/load/load-csv.js";
import { loadJunit } from "../../../src/reports/load/load-junit.js";
import { loadK6Summary } from "../../../src/reports/load/load-k6-summary.js";
import type { LoadResult } from "../../../src/runner/load/load-result.js";
import { heldLoad, snapshot } from "../../helpers/load-result.js";

const thresholds = [
  { metric: "msg_ack_duration", expression: "p(95)<50", ok: true, actual: 3, unit: "ms" as const },
  { metric: "msg_ack_duration", expression: "max<1", ok: false, actual: 5, unit: "ms" as const },
  { metric: "group_delivery_duration", expression: "avg<9", ok: false, actual: null },
];
const bad: LoadResult = {
  ...heldLoad,
  thresholds,
  serverFaults: ["2 lost", "1 connection lost"],
  failures: ["2 lost", "1 connection lost", "msg_ack_duration max<1 does not hold: 5 ms"],
  invalid: ['the generator was 99 % busy (limit 95 %) & "late"'],
};

describe("loadJunit", () => {
  it("has a case for delivery and one for the generator in a run that passed", () => {
    expect(loadJunit(heldLoad)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="0" errors="0" skipped="0" time="18.900">
  <testsuite name="ttk load steady-chat" tests="2" failures="0" errors="0" skipped="0" time="18.900" timestamp="2026-01-02T03:04:05.678Z">
    <testcase classname="load.steady-chat" name="the servers deliver every message once, unchanged and in order, and keep connections"/>
    <testcase classname="load.steady-chat" name="the generator kept to its schedule"/>
  </testsuite>
</testsuites>
`);
  });

  it("fails what failed, and skips what cannot be trusted", () => {
    const xml = loadJunit(bad);
    expect(xml).toContain('tests="5" failures="3" errors="0" skipped="1"');
    expect(xml).toContain('<failure message="2 lost, 1 connection lost"/>');
    expect(xml).toContain('name="msg_ack_duration p(95)&lt;50"/>');
    expect(xml).toContain('name="msg_ack_duration max&lt;1"><failure message="5 ms"/>');
    expect(xml).toContain('<failure message="nothing was measured"/>');
    expect(xml).toContain("99 % busy (limit 95 %) &amp; &quot;late&quot;");
  });

  it("does not call delivery proved when the run was interrupted", () => {
    expect(loadJunit({ ...heldLoad, interrupted: true })).toContain('<skipped message="the run was interrupted"/>');
  });
});

describe("loadCsv", () => {
  it("has a row for each second, and nothing where nothing was measured", () => {
    const [head, row, end] = loadCsv({
      ...heldLoad,
      series: [
        {
          ...snapshot,
          ...{ deliveryP50Ms: null, deliveryP99Ms: null },
          ...{ diverged: 1, notInHistory: 2, unreadWrong: 3, readsTold: 4 },
        },
      ],
    }).split("\n");
    expect(head).toMatch(/^atMs,phase,users,.*,busyShare,diverged,notInHistory,unreadWrong,readsTold$/);
    expect(row).toBe(
      "4000,steady,2000,4000,2000,1012,0,1012,1010,3031,5000,6000,0.42,3.14,,,12,0,0,0,0,0,0.337,1,2,3,4",
    );
    expect(end).toBe("");
  });

  it("is only a heading for a run that ended within a second", () => {
    expect(loadCsv({ ...heldLoad, series: [] }).split("\n")).toHaveLength(2);
  });
});

describe("loadK6Summary", () => {
  const { metrics, state } = JSON.parse(loadK6Summary(bad)) as {
    metrics: Record<string, object>;
    state: { testRunDurationMs: number };
  };

  it("has each metric with the values that k6 gives its type", () => {
    expect(state.testRunDurationMs).toBe(18_900);
    expect(metrics.msg_ack_duration).toEqual({
      type: "trend",
      contains: "time",
      values: { avg: 1.333, min: 0.4, med: 0.5, max: 3.1, "p(90)": 3.1, "p(95)": 3.1, "p(99)": 3.1 },
      thresholds: { "p(95)<50": { ok: true }, "max<1": { ok: false } },
    });
    expect(metrics.bytes_sent).toMatchObject({ type: "counter", contains: "data", values: { count: 4_300_000 } });
    expect(metrics.vus).toMatchObject({ type: "gauge", values: { value: 0, min: 0, max: 2000 } });
  });
});

describe("loadConsole", () => {
  it("shows thresholds, doubts and failures", () => {
    const text = loadConsole({ ...bad, abortedBy: "msg_ack_duration max<1" });
    expect(text).toContain("held         msg_ack_duration p(95)<50  (3 ms)");
    expect(text).toContain("NOT HELD     msg_ack_duration max<1  (5 ms)");
    expect(text).toContain("NOT HELD     group_delivery_duration avg<9  (nothing was measured)");
    expect(text).toContain("ABORTED      msg_ack_duration max<1 did not hold");
    expect(text).toContain("NOT VALID ");
    expect(text).toContain("FAILED       2 lost, 1 connection lost");
  });
});
