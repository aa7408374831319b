import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RewrittenText } from "../../../src/codec/input/rewritten-text.js";

describe("RewrittenText", () => {
  it("knows where each character that it kept stood, however often it was rewritten", () => {
    const words = fc.array(fc.constantFrom("<b>", "&gt;", "\\n", "x", "y", "z"), { maxLength: 40 });
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join("");
        const rewritten = RewrittenText.of(text)
          .replace(/<b>/g, () => "")
          .replace(/&gt;/g, () => ">")
          .replace(/\\n/g, () => "\n\n\n");
        for (const { 0: kept, index } of rewritten.text.matchAll(/[xyz]/g)) {
          expect(text[rewritten.originOf(index)]).toBe(kept);
        }
        expect(rewritten.text.replace(/[^xyz]/g, "")).toBe(text.replace(/<b>|&gt;|\\n/g, ""));
      }),
    );
  });

  it("is itself when nothing matches", () => {
    const text = RewrittenText.of("abc");
    expect(text.replace(/x/g, () => "y")).toBe(text);
  });
});
