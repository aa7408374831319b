import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamCutter } from "../../src/tap/stream-cutter.js";
import { hex } from "../helpers/hex.js";

const heartbeat = hex("00000010 0001 0000 0007 0701 0001 0000");
const long = Buffer.concat([hex("00000040 0001 0000 0003 0301 0000 0000"), Buffer.alloc(48, 9)]);

function cut(chunks: readonly Buffer[]) {
  const seen: string[] = [];
  const out: Buffer[] = [];
  const cutter = new StreamCutter({ pduSizeMaxBytes: 1000 }, 50, {
    onPdu: (pdu, offset) => {
      seen.push(`pdu@${offset}`);
      out.push(pdu);
    },
    onRaw: (bytes) => out.push(bytes),
    onUnframed: (offset) => seen.push(`unframed@${offset}`),
    onLongPdu: (length, offset) => seen.push(`long ${length}@${offset}`),
  });
  for (const chunk of chunks) cutter.push(chunk);
  cutter.end();
  return { seen, out: Buffer.concat(out) };
}

describe("StreamCutter", () => {
  it("cuts PDUs, lets long ones through, and gives up framing at what is none", () => {
    const { seen, out } = cut([
      Buffer.concat([heartbeat, long, heartbeat, Buffer.from("GET / HTTP/1.1\r\n\r\n"), heartbeat]),
    ]);
    expect(seen).toEqual(["pdu@0", "long 64@16", "pdu@80", "unframed@96"]);
    expect(out.subarray(-16)).toEqual(heartbeat);
  });

  it("loses no byte and changes none, whatever the bytes and the chunks", () => {
    const part = fc.oneof(
      fc.constantFrom(heartbeat, long),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(part), fc.infiniteStream(fc.integer({ min: 1, max: 70 })), (parts, sizes) => {
        const bytes = Buffer.concat(parts);
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const inChunks = cut(chunks);
        expect(inChunks.out).toEqual(bytes);
        expect(inChunks.seen).toEqual(cut([bytes]).seen);
      }),
    );
  });
});
