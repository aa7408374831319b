import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { murmur3Of } from "../../../../src/runner/load/oracle/murmur3.js";

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const hashOf = (bytes: Buffer) => murmur3Of(viewOf(bytes), 0, bytes.length);

describe("murmur3Of", () => {
  // Published for the seed 0.
  it.each([
    ["", 0],
    ["00", 0x514e28b7],
    ["0000", 0x30f4c306],
    ["000000", 0x85f0b427],
    ["00000000", 0x2362f9de],
    ["ffffffff", 0x76293b50],
    ["21", 0x72661cf4],
    ["2143", 0xa0f7b07a],
    ["214365", 0x7e4a8634],
    ["21436587", 0xf55b516b],
    [Buffer.from("Hello, world!").toString("hex"), 0xc0363e43],
    [Buffer.from("The quick brown fox jumps over the lazy dog").toString("hex"), 0x2e4ff723],
  ])("of %s is MurmurHash3's", (hex, hash) => {
    expect(hashOf(Buffer.from(hex, "hex"))).toBe(hash);
  });

  it("is that of the bytes that it is told", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(200), (array, from, to) => {
        const bytes = Buffer.from(array);
        const end = Math.min(to, bytes.length);
        const start = Math.min(from, end);
        expect(murmur3Of(viewOf(bytes), start, end)).toBe(hashOf(Buffer.from(bytes.subarray(start, end))));
      }),
    );
  });

  it("is another one whatever is changed within a word", () => {
    const word = fc.uint8Array({ minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), fc.nat(39), word, (words, place, other) => {
        const at = place % words.length;
        fc.pre(!Buffer.from(words[at] as Uint8Array).equals(other));
        const changed = words.with(at, other);
        expect(hashOf(Buffer.concat(changed))).not.toBe(hashOf(Buffer.concat(words)));
      }),
    );
  });
});
