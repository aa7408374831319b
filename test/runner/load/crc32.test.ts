import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32Of } from "../../../src/runner/load/crc32.js";

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe("crc32Of", () => {
  it("is zlib's, of the bytes that it is told", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), fc.nat(200), (array, from, to) => {
        const bytes = Buffer.from(array);
        const end = Math.min(to, bytes.length);
        const start = Math.min(from, end);
        expect(crc32Of(viewOf(bytes), start, end)).toBe(crc32(bytes.subarray(start, end)));
      }),
    );
  });

  it("is that of the catalogue for 123456789", () => {
    expect(crc32Of(viewOf(Buffer.from("123456789")), 0, 9)).toBe(0xcbf43926);
  });
});
