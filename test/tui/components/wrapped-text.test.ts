import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { wrapped } from "../../../src/tui/components/wrapped-text.js";

describe("wrapped", () => {
  it.each([
    ["one two three", 7, ["one two", "three"]],
    ["", 7, [""]],
    ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
    ["to abcdefghij k", 4, ["to", "abcd", "efgh", "ij k"]],
    ["王小明好", 5, ["王小", "明好"]],
  ])("breaks %j at %d", (text, columns, lines) => {
    expect(wrapped(text, columns)).toEqual(lines);
  });

  it("has no line that is wider, and leaves out blanks only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 4, max: 30 }), (text, columns) => {
        const lines = wrapped(text, columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(lines.join("").replace(/\s+/g, "")).toBe(text.replace(/\s+/g, ""));
      }),
    );
  });
});
