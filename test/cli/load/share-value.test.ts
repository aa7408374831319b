import { describe, expect, it } from "vitest";
import { shareValue } from "../../../src/cli/load/share-value.js";

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
