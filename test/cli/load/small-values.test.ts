import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { deviceTypesValue } from "../../../src/cli/load/device-types-value.js";
import { durationValue } from "../../../src/cli/load/duration-value.js";
import { shareValue } from "../../../src/cli/load/share-value.js";
import { rangeValue } from "../../../src/cli/load/size-range-value.js";

const size = rangeValue(45, 4096);

describe("values of ttk load's options", () => {
  it("are times with their unit, up to a week", () => {
    expect(["500ms", "15s", "1m30s", "1.5h", "168h"].map(durationValue)).toEqual([
      500, 15_000, 90_000, 5_400_000, 604_800_000,
    ]);
  });

  it.each(["", "15", "s", "-1s", "0s", "169h", "1x", "1s "])("are no times: '%s'", (text) => {
    expect(() => durationValue(text)).toThrow(InvalidArgumentError);
  });

  it("are shares: percent, all or none", () => {
    expect(["30%", "0.5%", "100%", "0%", "all", "none"].map(shareValue)).toEqual([0.3, 0.005, 1, 0, 1, 0]);
  });

  it.each(["", "30", "101%", "-1%", "half", "1e1%", "%"])("are no shares: '%s'", (text) => {
    expect(() => shareValue(text)).toThrow(InvalidArgumentError);
  });

  it("are numbers or ranges of them, within bounds", () => {
    expect(["64", "45-4096", "50-50"].map(size)).toEqual([
      { from: 64, to: 64 },
      { from: 45, to: 4096 },
      { from: 50, to: 50 },
    ]);
  });

  it.each(["", "44", "45-4097", "60-50", "60-", "-60", "60-70-80", "x"])("are no ranges: '%s'", (text) => {
    expect(() => size(text)).toThrow("Expected a number from 45 to 4096");
  });

  it("are kinds of device, in turn", () => {
    expect(deviceTypesValue("windows, android,mac")).toEqual(["windows", "android", "mac"]);
    expect(() => deviceTypesValue("windos")).toThrow(/There is no device type "windos".*windows/);
    for (const text of ["", "ios,", "toString"]) expect(() => deviceTypesValue(text)).toThrow(InvalidArgumentError);
  });
});
