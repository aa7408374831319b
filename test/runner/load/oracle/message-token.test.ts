import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contentTemplate,
  emptyToken,
  lateAsRead,
  readToken,
  TOKEN_SIZE_BYTES,
  writeToken,
} from "../../../../src/runner/load/oracle/message-token.js";

const tokens = fc.record({
  run: fc.nat(2 ** 30 - 1),
  senderDevice: fc.nat(2 ** 24 - 1),
  target: fc.nat(2 ** 24 - 1),
  serial: fc.maxSafeNat().map((serial) => serial % 2 ** 36),
  row: fc.nat(2 ** 24 - 1),
  intendedUs: fc.maxSafeNat().map((time) => time % 2 ** 42),
  lateUs: fc.nat(2 ** 29 - 1),
});
/** 26 bits that are set. */
const LATE_MAX_US = 2 ** 45 - 2 ** 19;
const sizes = fc.integer({ min: TOKEN_SIZE_BYTES, max: 300 });

describe("message token", () => {
  it("reads back what was written, for any values and size", () => {
    fc.assert(
      fc.property(tokens, sizes, (token, size) => {
        const content = contentTemplate(size, token.run);
        writeToken(content, token);
        const read = emptyToken();
        expect(readToken(content, token.run, read)).toBe("intact");
        expect(read).toEqual(token);
      }),
    );
  });

  // Powers of two and what is beside them, and anything between.
  const bits = fc.integer({ min: 29, max: 44 });
  const longLateness = fc
    .oneof(
      fc.tuple(bits, fc.integer({ min: 0, max: 20 })).map(([power, less]) => 2 ** (power + 1) - less),
      fc.tuple(bits, fc.double({ min: 1, max: 2, noNaN: true })).map(([power, part]) => Math.round(2 ** power * part)),
    )
    .filter((lateUs) => lateUs <= LATE_MAX_US);

  it("says of a longer lateness what is as near as 26 significant bits can be, and takes no more room for it", () => {
    fc.assert(
      fc.property(tokens, longLateness, (token, lateUs) => {
        const content = contentTemplate(TOKEN_SIZE_BYTES, token.run);
        writeToken(content, { ...token, lateUs });
        const read = emptyToken();
        expect(readToken(content, token.run, read)).toBe("intact");
        expect(read).toEqual({ ...token, lateUs: lateAsRead(lateUs) });
        expect(Math.abs(read.lateUs - lateUs)).toBeLessThanOrEqual(lateUs / 2 ** 26);
        expect(lateAsRead(read.lateUs)).toBe(read.lateUs);
      }),
    );
  });

  it("never says less of a greater lateness, and of one beyond all the greatest that it can", () => {
    fc.assert(
      fc.property(longLateness, longLateness, (some, other) => {
        const [less, more] = [Math.min(some, other), Math.max(some, other)];
        expect(lateAsRead(less)).toBeLessThanOrEqual(lateAsRead(more));
      }),
    );
    expect([2 ** 29 - 1, 2 ** 29, 2 ** 29 + 16].map(lateAsRead)).toEqual([2 ** 29 - 1, 2 ** 29, 2 ** 29 + 16]);
    expect([2 ** 45, 2 ** 60].map(lateAsRead)).toEqual([LATE_MAX_US, LATE_MAX_US]);
  });

  it("has a lateness' fifth digit where a time of weeks has its first", () => {
    const content = contentTemplate(TOKEN_SIZE_BYTES, 0);
    writeToken(content, { ...emptyToken(), intendedUs: 10, lateUs: 2 ** 24 + 3 });
    expect(content.toString("latin1", 27, 39)).toBe("1000000A0003");
  });

  it("is text that any store keeps: printable ASCII", () => {
    const content = contentTemplate(100, 5);
    writeToken(content, { ...emptyToken(), run: 5, serial: 9 });
    expect(content.toString("latin1")).toMatch(/^[\w-]{100}$/);
  });

  it("notices any one byte that was changed, anywhere", () => {
    const content = contentTemplate(64, 77);
    writeToken(content, { run: 77, senderDevice: 3, target: 4, serial: 12, row: 1, intendedUs: 1000, lateUs: 5 });
    for (let at = 0; at < content.length; at++) {
      for (let change = 1; change < 256; change++) {
        const altered = Buffer.from(content);
        altered[at] = (altered[at] as number) ^ change;
        expect(readToken(altered, 77, emptyToken())).not.toBe("intact");
      }
    }
  });

  it("notices content that was cut or extended", () => {
    const content = contentTemplate(64, 77);
    writeToken(content, { ...emptyToken(), run: 77 });
    for (let length = 0; length < content.length; length++) {
      expect(readToken(content.subarray(0, length), 77, emptyToken())).not.toBe("intact");
    }
    expect(readToken(Buffer.concat([content, Buffer.from("0")]), 77, emptyToken())).toBe("damaged");
  });

  it("tells another run's messages from ordinary text", () => {
    const content = contentTemplate(64, 77);
    writeToken(content, { ...emptyToken(), run: 77 });
    expect(readToken(content, 78, emptyToken())).toBe("another-run");
    content[20] = (content[20] as number) ^ 1;
    expect(readToken(content, 78, emptyToken())).toBe("foreign");
    expect(readToken(Buffer.from("nnZSBwfPCz60q69ddmfIJA=="), 77, emptyToken())).toBe("foreign");
  });
});
