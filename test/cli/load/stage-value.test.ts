import { describe, expect, it } from "vitest";
import { stageValues } from "../../../src/cli/load/stage-value.js";

describe("stageValues", () => {
  it("gathers stages in the order given", () => {
    expect(stageValues("500ms:0", stageValues("1m30s:100.5", undefined))).toEqual([
      { durationMs: 90_000, actsPerSecond: 100.5 },
      { durationMs: 500, actsPerSecond: 0 },
    ]);
  });

  it.each(["", "10s", "10s:", ":5", "10s:-1", "ten:5", "10s:1e9", "0s:5", "10s:99999999999"])("refuses %j", (text) => {
    expect(() => stageValues(text, undefined)).toThrow(/^Expected a /);
  });
});
