import { describe, expect, it } from "vitest";
import { stageValues } from "../../../src/cli/load/stage-value.js";

describe("stageValues", () => {
  it("gathers stages in the order given", () => {
    expect(stageValues("500ms:0", stageValues("1m30s:100.5", undefined))).toEqual([
      { durationMs: 90_000, actsPerSecond: 100.5 },
      { durationMs: 500, actsPerSecond: 0 },
    ]);
  });

  it("takes a stage that takes no time, which is a jump as in k6", () => {
    expect(stageValues("1d:100", stageValues("0s:100", undefined))).toEqual([
      { durationMs: 0, actsPerSecond: 100 },
      { durationMs: 86_400_000, actsPerSecond: 100 },
    ]);
  });

  it.each(["", "10s", "10s:", ":5", "10s:-1", "ten:5", "10s:1e9", "8d:5", "10s:99999999999"])("refuses %j", (text) => {
    expect(() => stageValues(text, undefined)).toThrow(/^Expected a /);
  });
});
