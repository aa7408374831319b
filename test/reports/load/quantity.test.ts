import { describe, expect, it } from "vitest";
import { count, duration, perSecond, seconds, share, size, trendText } from "../../../src/reports/load/quantity.js";

describe("quantities", () => {
  it.each([
    [600, "600/s"],
    // 12 · 0.3, as a day's phases have it.
    [3.5999999999999996, "3.6/s"],
    [0.125, "0.13/s"],
  ])("a rate of %d as %s", (value, text) => {
    expect(perSecond(value)).toBe(text);
  });

  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [1234.6, "1,235"],
    [1_234_567, "1,234,567"],
  ])("count %d as %s", (value, text) => {
    expect(count(value)).toBe(text);
  });

  it.each([
    [0, "0.00 ms"],
    [0.424, "0.42 ms"],
    [0.999, "1.0 ms"],
    [3.14, "3.1 ms"],
    [99.97, "100 ms"],
    [120.4, "120 ms"],
    [999.6, "1.00 s"],
    [2500, "2.50 s"],
  ])("a duration of %d ms as %s", (value, text) => {
    expect(duration(value)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [812, "812 B"],
    [4300, "4.3 kB"],
    [999_960, "1.0 MB"],
    [120_500_000, "120.5 MB"],
    [7e15, "7000.0 TB"],
  ])("%d bytes as %s", (value, text) => {
    expect(size(value)).toBe(text);
  });

  it("seconds with a tenth, a share in percent", () => {
    expect([seconds(15_000), seconds(49), share(0.337), share(1)]).toEqual(["15.0 s", "0.0 s", "34 %", "100 %"]);
  });

  it.each([
    [20, "default", "20"],
    [20.015, "default", "20"],
    [0.123_456, "default", "0.123"],
    [12_345.6, "default", "12,346"],
    [20.015, "time", "20.0 ms"],
    [4300, "data", "4.3 kB"],
  ] as const)("%d of a trend that contains %s as %s", (value, contains, text) => {
    expect(trendText(value, contains)).toBe(text);
  });
});
