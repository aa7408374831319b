import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { htmlDocument } from "../../../src/reports/html/html-document.js";
import { hostileText } from "../../helpers/hostile-text.js";

const assets = { script: "let a = 1 < 2;", style: "p { color: red }" };
const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** What its script reads. */
function dataIn(html: string): unknown {
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
}

describe("htmlDocument", () => {
  it("lets its own script and style be, and nothing else", () => {
    const html = htmlDocument({ title: "t", text: "x", data: {}, assets });
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1]?.split("; ");
    expect(policy).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(assets.script)}`,
      `style-src ${hashOf(assets.style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("keeps any text where it belongs, and hands it to the script unchanged", () => {
    const unit = fc.oneof(
      fc.constantFrom(hostileText, "</script>", "<!--", "\u0000", "\ud83e"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(unit, (text) => {
        const html = htmlDocument({ title: text, text, data: { text }, assets });
        expect(html.match(/<[a-z/!][^\s>]*/gi)).toEqual(
          htmlDocument({ title: "", text: "", data: {}, assets }).match(/<[a-z/!][^\s>]*/gi),
        );
        expect(html).not.toMatch(/[\0\ud800-\udfff]/u);
        expect(dataIn(html)).toEqual({ text });
      }),
      { numRuns: 50 },
    );
  });
});
