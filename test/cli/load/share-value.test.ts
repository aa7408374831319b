import { describe, expect, it } from "vitest";
import { positiveShareValue, shareValue } from "../../../src/cli/load/share-value.js";

describe("shareValue", () => {
  it.each([
    ["all", 1],
    ["none", 0],
    ["0%", 0],
    ["12.5%", 0.125],
    ["100%", 1],
  ])("reads %s as %f", (text, share) => {
    expect(shareValue(text)).toBe(share);
  });

  it.each(["", "0.3", "30", "%", "101%", "-5%", "All", "1e1%"])("refuses %j", (text) => {
    expect(() => shareValue(text)).toThrow("Expected a share as in 30%, all or none.");
  });
});

describe("positiveShareValue", () => {
  it("reads a share that is some, and no word", () => {
    expect(positiveShareValue("5%")).toBe(0.05);
    expect(positiveShareValue("0.1%")).toBe(0.001);
    for (const text of ["0%", "all", "0.05%", "5"]) {
      expect(() => positiveShareValue(text)).toThrow("Expected a share from 0.1% to 100%.");
    }
  });
});
