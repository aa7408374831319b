import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32Of } from "../../../src/runner/load/crc32.js";

describe("crc32Of", () => {
  it("is zlib's, over as many bytes as it is told", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (array, wanted) => {
        const bytes = Buffer.from(array);
        const end = Math.min(wanted, bytes.length);
        expect(crc32Of(bytes, end)).toBe(crc32(bytes.subarray(0, end)));
      }),
    );
  });

  it("is that of the catalogue for 123456789", () => {
    expect(crc32Of(Buffer.from("123456789"), 9)).toBe(0xcbf43926);
  });
});
