import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contentTemplate,
  emptyToken,
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
  intendedUs: fc.maxSafeNat().map((time) => time % 2 ** 48),
  lateUs: fc.nat(2 ** 24 - 1),
});
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
