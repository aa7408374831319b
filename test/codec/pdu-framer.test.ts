import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framePdu } from "../../src/codec/pdu.js";
import { PduFramer } from "../../src/codec/pdu-framer.js";
import type { PduLimits } from "../../src/codec/pdu-header.js";
import { ProtocolError } from "../../src/codec/protocol-error.js";
import { hex } from "../helpers/hex.js";

const limits = { pduSizeMaxBytes: 4096 };

function framing(chunks: readonly Buffer[], stopAfter = Number.POSITIVE_INFINITY, by: PduLimits = limits): string[] {
  const seen: string[] = [];
  const framer = new PduFramer(by, (bytes, start, end) => {
    seen.push(bytes.toString("hex", start, end));
    return seen.length < stopAfter;
  });
  for (const chunk of chunks) framer.push(chunk);
  return seen;
}

const pdus = fc.array(
  fc
    .record({ commandId: fc.nat(0xffff), body: fc.uint8Array({ maxLength: 200 }) })
    .map(({ commandId, body }) => framePdu(commandId, Buffer.from(body))),
  { maxLength: 12 },
);

describe("PduFramer", () => {
  it("hands over PDUs whole and in order, however the stream is cut (FRM-02, FRM-03)", () => {
    fc.assert(
      fc.property(pdus, fc.array(fc.nat(3000), { maxLength: 20 }), (sent, cuts) => {
        const stream = Buffer.concat(sent);
        const points = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
        const chunks = points.slice(1).map((end, index) => stream.subarray(points[index], end));
        expect(framing(chunks)).toEqual(sent.map((pdu) => pdu.toString("hex")));
      }),
    );
  });

  it("hands over PDUs that come byte by byte", () => {
    const sent = [
      framePdu(0x0701, Buffer.alloc(0)),
      framePdu(0x0301, Buffer.alloc(100, 7)),
      framePdu(0x0701, Buffer.alloc(0)),
    ];
    const bytes = [...Buffer.concat(sent)].map((byte) => Buffer.from([byte]));
    expect(framing(bytes)).toEqual(sent.map((pdu) => pdu.toString("hex")));
  });

  it.each([
    ["FRM-04", "00000000", "PDU_LENGTH_TOO_SMALL"],
    ["FRM-05", "0000000f 0001", "PDU_LENGTH_TOO_SMALL"],
    ["FRM-06", "00001001", "PDU_TOO_LARGE"],
    ["FRM-06, an HTTP request", "47455420 2f20", "PDU_TOO_LARGE"],
  ])("refuses a length that lies: %s", (_, bytes, code) => {
    const whole = hex(bytes);
    expect(codeOf(() => framing([whole]))).toBe(code);
    expect(codeOf(() => framing([...whole].map((byte) => Buffer.from([byte]))))).toBe(code);
  });

  it("quotes another protocol's words in place of a length, and none that are not the stream's", () => {
    const chunk = Buffer.from("SSH-2.0-OpenSSH_9.6\r\nsomebody else's bytes");
    const framer = new PduFramer(limits, () => undefined);
    expect(() => framer.push(chunk)).toThrow('text "SSH-2.0-OpenSSH_9.6")');
    expect(() => new PduFramer(limits, () => undefined).push(chunk, 7)).toThrow('text "SSH-2.0")');
    expect(() => new PduFramer(limits, () => undefined).push(hex("00002020 41"))).toThrow("(length 8224, limit 4096)");
  });

  it.each([
    // The next PDU begins 15 bytes on, where its length is found again.
    ["0000000f 0001 0000 0007 0701 0001 00", ["00000010000100000007070100090000"]],
    // One byte is swallowed, and 00000100 is read as the length of what follows.
    [
      `00000001 00 ${"aa".repeat(0x100 - 4)}`,
      [`00000100${"aa".repeat(0x100 - 4)}`, "00000010000100000007070100090000"],
    ],
  ])("swallows as many bytes as a short length says, where asked to (FRM-05): %s", (broken, expected) => {
    const stream = Buffer.concat([hex(broken), hex("00000010 0001 0000 0007 0701 0009 0000")]);
    const swallowing = { ...limits, swallowsShortLengths: true };
    expect(framing([stream], undefined, swallowing)).toEqual(expected);
    const bytes = [...stream].map((byte) => Buffer.from([byte]));
    expect(framing(bytes, undefined, swallowing)).toEqual(expected);
  });

  it("still refuses length 0 then (FRM-04)", () => {
    expect(codeOf(() => framing([hex("00000000")], undefined, { ...limits, swallowsShortLengths: true }))).toBe(
      "PDU_LENGTH_TOO_SMALL",
    );
  });

  it("delivers what came before a lying length", () => {
    const seen: number[] = [];
    const framer = new PduFramer(limits, (_, start, end) => {
      seen.push(end - start);
      return true;
    });
    expect(() => framer.push(Buffer.concat([framePdu(0x0701, Buffer.alloc(0)), hex("00000001")]))).toThrow(
      ProtocolError,
    );
    expect(seen).toEqual([16]);
  });

  it("stops for good when the sink says so", () => {
    const one = framePdu(0x0701, Buffer.alloc(0));
    expect(framing([Buffer.concat([one, one, one]), one], 2)).toHaveLength(2);
  });

  it("holds no more than what has arrived, whatever a length promises", () => {
    const framer = new PduFramer({ pduSizeMaxBytes: 0xffffffff }, () => true);
    framer.push(hex("f0000000 0001"));
    expect(framer.pendingBytes).toBe(6);
  });
});

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "no error";
}
