import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { centred, cut, cutInside, fitted, printable, widthOf } from "../../../src/tui/components/fit-text.js";

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom("中", "é", "👩‍💻", "🇨🇳", "a", "e\u0301", "\u200d") }),
);

describe("text in columns", () => {
  it.each([
    ["user20", 6],
    ["王小明", 6],
    ["👍🏽", 2],
    ["e\u0301", 1],
    ["\u001b[31mred\u001b[39m", 3],
  ])("counts %j as %d", (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  it.each([
    ["LOGIN_REQ", 5, "LOGI…"],
    ["王小明好", 5, "王小…"],
    ["王小明好", 4, "王… "],
    ["ok", 4, "ok  "],
    ["ok", 0, ""],
    ["\u001b[31mbroken\u001b[39m", 4, "\u001b[31mbro…\u001b[39m"],
  ])("fits %j into %d", (text, columns, shown) => {
    expect(fitted(text, columns)).toBe(shown);
  });

  it("leaves out a character of three columns of which two have room", () => {
    expect(cut("\u{1d158}\u{1d165}\u{1d16e} ", 3)).toBe("…");
  });

  it.each([
    ["user20 windows", 14, "user20 windows"],
    ["user20-of-sales windows", 14, "user20-…indows"],
    ["张伟👩👩👧👦电脑51 ios", 14, "张伟👩…51 ios"],
    ["王小明", 1, "…"],
  ])("leaves out what is inside of %j for %d", (text, columns, shown) => {
    expect(cutInside(text, columns)).toBe(shown);
    expect(widthOf(shown)).toBeLessThanOrEqual(columns);
  });

  it("puts blanks before a text at the right, and around one in the middle", () => {
    expect(fitted("12", 5, "right")).toBe("   12");
    expect(centred("王", 5)).toBe(" 王  ");
  });

  it("takes exactly the columns that it has, whatever the text", () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), (text, columns) => {
        const shown = printable(text);
        expect(widthOf(fitted(shown, columns))).toBe(columns);
        expect(widthOf(centred(shown, columns))).toBe(columns);
        expect(widthOf(cut(shown, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it.each([
    ["张伟👩‍👩‍👧‍👦", "张伟👩👩👧👦", 12],
    ["👍🏽 ok", "👍 ok", 5],
    ["❤️", "❤", 1],
    ["🏃🏿‍♂️", "🏃♂", 3],
    ["1️⃣", "1", 1],
    ["🇨🇳", "🇨🇳", 2],
    ["🏽", "🏽", 2],
  ])("has %j in as many columns on every terminal: %j", (text, shown, columns) => {
    expect(printable(text)).toBe(shown);
    expect(widthOf(shown)).toBe(columns);
  });

  it("lets no peer move the cursor, colour the screen or turn the text round", () => {
    expect(printable("\u001b[2J\u0007a\nb\u202egnp.exe\u009b1m")).toBe("·[2J·a·b·gnp.exe·1m");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = printable(text);
        expect(stripVTControlCharacters(shown)).toBe(shown);
      }),
    );
  });
});
