import { describe, expect, it } from "vitest";
import { durationValue } from "../../../src/cli/load/duration-value.js";

describe("durationValue", () => {
  it.each([
    ["15s", 15_000],
    ["500ms", 500],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["168h", 604_800_000],
    ["1d", 86_400_000],
    ["1d12h", 129_600_000],
  ])("reads %s as %i ms", (text, ms) => {
    expect(durationValue(text)).toBe(ms);
  });

  it.each(["", "15", "s", "-1s", "1w", "1s ", "1e3s"])("refuses %j, which is no duration", (text) => {
    expect(() => durationValue(text)).toThrow("Expected a duration, as in 15s, 500ms or 1m30s.");
  });

  it.each([
    ["0s", "Expected a duration above 0 and up to 168h."],
    ["168h1ms", "Expected a duration up to 168h."],
    ["8d", "Expected a duration up to 168h."],
  ])("refuses %s, which is too short or too long", (text, reason) => {
    expect(() => durationValue(text)).toThrow(reason);
  });
});
