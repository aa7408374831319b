import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentFromText, textFromContent } from "../../../../src/server/storage/sql/stored-content.js";

describe("content in a text column", () => {
  it("comes back as it was, whatever the bytes, in no more characters than bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = textFromContent(Buffer.from(bytes));
        expect(contentFromText(text)).toEqual(Buffer.from(bytes));
        expect(text.length).toBeLessThanOrEqual(bytes.length);
        expect(Buffer.from(text).toString()).toBe(text);
      }),
    );
  });

  it("stands there as it is when it is text, for original servers to read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        fc.pre(!/^[\ue000-\ue0ff]+$/.test(text));
        expect(textFromContent(Buffer.from(text))).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it.each([
    ["plain text", "616263", "abc"],
    ["an emoji", "f09f9880", "😀"],
    ["a NUL", "610062", "a\0b"],
    ["a byte that is no UTF-8", "ff", "\ue0ff"],
    ["half of a character", "61c3", "\ue061\ue0c3"],
    ["text of private characters alone", "ee80b0", "\ue0ee\ue080\ue0b0"],
    ["private characters among others", "61ee80b0", "a\ue030"],
  ])("writes %s", (_, hex, text) => {
    expect(textFromContent(Buffer.from(hex, "hex"))).toBe(text);
    expect(contentFromText(text).toString("hex")).toBe(hex);
  });
});
