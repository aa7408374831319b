import { describe, expect, it } from "vitest";
import { changeText, compareLoads } from "../../../src/reports/load/compare-loads.js";
import {
  loadComparisonMarkdown,
  loadComparisonText,
  worsenedTexts,
} from "../../../src/reports/load/load-comparison-text.js";
import type { LoadResult } from "../../../src/runner/load/load-result.js";
import type { TrendResult } from "../../../src/runner/load/metrics/metrics.js";
import { failedLoad, forgetfulLoad, heldLoad, trendOf } from "../../helpers/load-result.js";

function withAcks(...durationsMs: number[]): LoadResult {
  return { ...heldLoad, metrics: { msg_ack_duration: trendOf(...durationsMs) } };
}

describe("compareLoads", () => {
  it("leaves out own trends of other numbers than times: nobody knows whether more is worse", () => {
    const took = heldLoad.metrics.msg_ack_duration as TrendResult;
    const metrics = { took, sizes: { ...took, contains: "default" as const } };
    const { trends } = compareLoads({ ...heldLoad, metrics }, { ...heldLoad, metrics });
    expect(trends.map(({ metric }) => metric)).toEqual(["took"]);
  });

  it("finds nothing between a run and itself", () => {
    const { worse, differences, trends, counts } = compareLoads(heldLoad, heldLoad);
    expect({ worse, differences }).toEqual({ worse: 0, differences: [] });
    expect(trends.map(({ metric }) => metric)).not.toContain("msg_ack_duration_uncorrected");
    expect(counts.every(({ value }) => value.mark === "same")).toBe(true);
  });

  it.each([
    ["worse", [10, 10], [12, 12]],
    ["better", [12, 12], [10, 10]],
    ["same", [10, 10], [10.9, 10.9]],
    ["same", [0.1, 0.1], [0.25, 0.25]],
  ])("calls a percentile %s when it goes from %j ms to %j ms", (mark, before, after) => {
    const [trend] = compareLoads(withAcks(...before), withAcks(...after)).trends;
    expect(trend?.percentiles.p99).toMatchObject({ mark });
  });

  it("counts each new fault as worse, and each fault less as better", () => {
    const marks = (before: LoadResult, after: LoadResult) =>
      new Map(compareLoads(before, after).counts.map(({ name, value }) => [name, value.mark]));
    expect(marks(heldLoad, failedLoad).get("messages lost")).toBe("worse");
    expect(marks(failedLoad, heldLoad).get("messages lost")).toBe("better");
    expect(marks(heldLoad, failedLoad).get("errors")).toBe("worse");
    const kept = ["devices diverged", "messages not in history", "unread counts wrong", "read acks not told on"];
    for (const name of kept) {
      expect(marks(heldLoad, forgetfulLoad).get(name)).toBe("worse");
      expect(marks(forgetfulLoad, heldLoad).get(name)).toBe("better");
    }
  });

  it.each([
    [100, 41, "59 %"],
    [100, 150, "50 %"],
    [100, 999, "899 %"],
    [100, 1000, "×10"],
    [2, 5000, "×2,500"],
    [0, 5, ""],
  ])("says the change from %d to %d as %j", (before, after, text) => {
    const change = before === 0 ? null : (after - before) / before;
    expect(changeText({ before, after, change, mark: "same" })).toBe(text);
  });

  it("names what makes runs unlike", () => {
    expect(compareLoads(heldLoad, { ...heldLoad, users: 7, rate: 3 }).differences).toEqual([
      "users 2,000 → 7",
      "rate 1000/s → 3/s",
    ]);
    const before = { ...heldLoad, steadyMs: 8002 };
    expect(compareLoads(before, { ...before, steadyMs: 12_001 }).differences).toEqual(["steady phase 8.0 s → 12.0 s"]);
    expect(compareLoads(before, { ...before, steadyMs: 8900 }).differences).toEqual([]);
  });
});

describe("what became worse by more than a share", () => {
  it.each([
    [0.1, ["msg_ack_duration p99 20.0 ms → 26.0 ms", "msg_ack_duration p99.9 20.0 ms → 26.0 ms"]],
    [0.25, ["msg_ack_duration p99 20.0 ms → 26.0 ms", "msg_ack_duration p99.9 20.0 ms → 26.0 ms"]],
    [0.35, []],
  ])("%d: %j", (share, texts) => {
    expect(
      worsenedTexts(compareLoads(withAcks(10, 20), withAcks(10, 26)), share).filter((text) => !/p90/.test(text)),
    ).toEqual(texts);
  });

  it("has each fault more, and the rate of acks by its share", () => {
    const after = {
      ...failedLoad,
      metrics: heldLoad.metrics,
      delivery: { ...heldLoad.delivery, lost: 1, acked: heldLoad.delivery.acked / 2 },
    };
    const names = (share: number) =>
      worsenedTexts(compareLoads(heldLoad, after), share).map((text) => text.split(" ").slice(0, 2).join(" "));
    expect(names(0.4)).toEqual(["messages acked", "messages lost"]);
    expect(names(0.6)).toEqual(["messages lost"]);
  });
});

describe("a comparison as text", () => {
  const comparison = compareLoads(withAcks(10, 20), { ...withAcks(10, 40), users: 3 });

  it("marks what became worse", () => {
    const text = loadComparisonText(comparison);
    expect(text).toMatch(/^NOT ALIKE: the runs differ in users 2,000 → 3\n/);
    expect(text).toMatch(/^msg_ack_duration +p99 +20\.0 ms → 40\.0 ms +\+100 % {2}WORSE$/m);
    expect(text).toMatch(/^msg_ack_duration +p50 +10\.0 ms → 10\.0 ms +0 %$/m);
    expect(text.trimEnd().split("\n").at(-1)).toBe("3 values became worse");
  });

  it("has what servers forgot", () => {
    const forgot = compareLoads(heldLoad, forgetfulLoad);
    expect(loadComparisonText(forgot)).toMatch(/^messages not in history +0 → 3 +WORSE$/m);
    expect(loadComparisonMarkdown(forgot)).toContain("| `unread counts wrong` |  | 0 | 1 |  | 🔴 worse |");
    expect(loadComparisonMarkdown(forgot)).toContain("| `read acks not told on` |  | 0 | 2 |  | 🔴 worse |");
  });

  it("is a table for a pull request", () => {
    expect(loadComparisonMarkdown(comparison)).toContain(
      "| `msg_ack_duration` | p99 | 20.0 ms | 40.0 ms | +100 % | 🔴 worse |",
    );
  });
});
