import { describe, expect, it } from "vitest";
import { foreignFormatOf } from "../../../src/codec/capture/foreign-format.js";
import { hex } from "../../helpers/hex.js";

/** How the files begin that these programs write of a capture. */
const beginnings: readonly (readonly [string, Buffer, RegExp])[] = [
  ["zstd", hex("28b52ffd 0458 7144"), /compressed with zstd.*zstd -dc/],
  ["xz", hex("fd377a585a00 0004 e6d6b446"), /compressed with xz.*xz -dc/],
  ["bzip2", hex("425a6839 314159265359"), /compressed with bzip2.*bzip2 -dc/],
  ["lz4", hex("04224d18 6440a7"), /compressed with lz4.*lz4 -dc/],
  ["zip", hex("504b0304 1400 0000 0800"), /zip archive.*unzip -p/],
  ["7z", hex("377abcaf271c 0004"), /7z archive.*7z x -so/],
  [
    "tar",
    Buffer.concat([Buffer.from("night.pcap"), Buffer.alloc(247), Buffer.from("ustar  \0")]),
    /tar archive.*tar -xO/,
  ],
  ["editcap -F snoop", hex("736e6f6f70000000 00000002 00000004"), /snoop capture.*editcap -F pcapng/],
  ["editcap -F netmon2", hex("474d4255 00020100"), /Network Monitor capture.*editcap -F pcapng/],
];

describe("foreignFormatOf", () => {
  it.each(beginnings)("knows what %s writes, and says what to do about it", (_, head, advice) => {
    expect(foreignFormatOf(head)).toMatch(advice);
  });

  it("says nothing of PDUs, captures and what is shorter than its magic", () => {
    for (const head of [hex("00000010 0001 0000 0007 0701 0001 0000"), hex("d4c3b2a1 0200 0400"), hex("28b5"), hex("")])
      expect(foreignFormatOf(head)).toBeUndefined();
  });
});
