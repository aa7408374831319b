import { describe, expect, it } from "vitest";
import { rangeValue } from "../../../src/cli/load/size-range-value.js";

describe("rangeValue", () => {
  it("reads a number as a range of one, and both ends of a range", () => {
    expect(rangeValue(1, 4096)("64")).toEqual({ from: 64, to: 64 });
    expect(rangeValue(1, 4096)("1-4096")).toEqual({ from: 1, to: 4096 });
  });

  it.each(["", "-", "1-", "-5", "0", "4097", "5-4", "1-4097", "1.5", "1-2-3", "x"])("refuses %j", (text) => {
    expect(() => rangeValue(1, 4096)(text)).toThrow("Expected a number from 1 to 4096, or a range as in 1-4096.");
  });
});
