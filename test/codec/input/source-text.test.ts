import { describe, expect, it } from "vitest";
import { decodeText, isText, SourceText } from "../../../src/codec/input/source-text.js";

describe("decodeText", () => {
  const text = "00 10 é\r\n";

  it("reads UTF-8, and UTF-16 of either byte order when a mark says so", () => {
    const little = Buffer.from(`\ufeff${text}`, "utf16le");
    expect(decodeText(Buffer.from(text))).toBe(text);
    expect(decodeText(Buffer.from(`\ufeff${text}`))).toBe(text);
    expect(decodeText(little)).toBe(text);
    expect(decodeText(Buffer.from(little).swap16())).toBe(text);
  });

  it("leaves out terminal colours", () => {
    expect(decodeText(Buffer.from("\u001b[1;32m0000\u001b[0m0010"))).toBe("00000010");
  });
});

describe("isText", () => {
  it("tells text from raw PDUs", () => {
    expect(isText(Buffer.from("00000010\r\n\t\u001b[0m"))).toBe(true);
    expect(isText(Buffer.from("\ufeff00", "utf16le"))).toBe(true);
    expect(isText(Buffer.from("0000001000010000", "hex"))).toBe(false);
  });
});

describe("SourceText", () => {
  it("counts lines and columns from 1, whatever ends a line", () => {
    const source = new SourceText("ab\r\ncd\n\ne");
    expect([0, 2, 4, 7, 8, 9].map((at) => source.positionOf(at))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
      { line: 4, column: 2 },
    ]);
    expect(source.lines.map(({ text }) => text)).toEqual(["ab", "cd", "", "e"]);
  });
});
