import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framePdu } from "../../../src/codec/pdu.js";
import { type PduField, pduFields } from "../../../src/codec/record/pdu-fields.js";
import { searchText } from "../../../src/codec/record/search-text.js";
import { commands } from "../../../src/codec/registry.js";
import { goldenCaptures } from "../../helpers/captured-bytes.js";
import { hex } from "../../helpers/hex.js";
import { seenPdus } from "../../helpers/seen-pdus.js";

describe("searchText", () => {
  it.each(goldenCaptures)("says all that the tree of fields says, for every PDU in %s", async (name) => {
    for (const { bytes } of await seenPdus(name)) {
      const said = searchText(bytes);
      const missing = wordsOf(pduFields(bytes)).filter((word) => !said.includes(word.toLowerCase()));
      expect(missing).toEqual([]);
    }
  });

  it("decrypts text, and cuts nothing off", () => {
    // to_session_id 2, msg_type single text, and "hello" as the shipped clients encrypt it.
    const pdu = framePdu(0x0301, hex(`0801 1002 1800 2000 2801 3218 ${Buffer.from(hello).toString("hex")}`));
    expect(searchText(pdu)).toMatch(/ to_session_id=2 .* msg_type=msg_type_single_text msg_type=1 .* hello $/);
    const long = "x".repeat(5000);
    expect(searchText(framePdu(0x0103, Buffer.concat([hex("0a 8827"), Buffer.from(long)])))).toContain(long);
  });

  it("says that there is a problem, after what can be read", () => {
    expect(searchText(framePdu(0x0301, hex("0801 1002 3218 6162")))).toMatch(
      / from_user_id=1 to_session_id=2 problem $/,
    );
    expect(searchText(framePdu(0x0701, hex(""), { length: 99 }))).toContain(" problem");
    expect(searchText(hex("0000"))).toContain("problem");
  });

  it("takes any bytes behind any command", () => {
    const body = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...commands.map(({ id }) => id), 0x9999), body, (id, bytes) => {
        const pdu = framePdu(id, Buffer.from(bytes));
        const hasProblem = problemsIn(pduFields(pdu)) > 0;
        expect(searchText(pdu).includes(" problem")).toBe(hasProblem);
      }),
    );
  });
});

/** What the original servers' own library makes of "hello" with the shipped key. */
const hello = "nnZSBwfPCz60q69ddmfIJA==";

/** What the tree says of each field, without quotes, counts and numbers beside names. */
function wordsOf(fields: readonly PduField[]): string[] {
  return fields.flatMap(({ name, kind, text, content, fields: inner }) => [
    ...(kind === "field" || kind === "message" ? [`${name.replace(/\[\d+\]$/, "")}=`] : []),
    ...(kind === "field" && !/^[\da-f]* \(?\d* ?bytes\)?$|^\d+ bytes$|^[\da-f]+ \(/.test(text) ? [unquoted(text)] : []),
    ...(content?.startsWith('"') ? [unquoted(content)] : []),
    ...wordsOf(inner),
  ]);
}

function unquoted(text: string): string {
  const bare = text.replace(/ \(\d+(?: bytes)?\)$/, "");
  return bare.startsWith('"') ? JSON.parse(bare) : bare;
}

function problemsIn(fields: readonly PduField[]): number {
  return fields.reduce(
    (sum, { kind, name, fields: inner }) =>
      sum + (kind === "problem" && name === "problem" ? 1 : 0) + problemsIn(inner),
    0,
  );
}
