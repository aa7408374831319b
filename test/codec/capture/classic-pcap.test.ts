import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CapturedPacket } from "../../../src/codec/capture/captured-packet.js";
import { ClassicPcapReader } from "../../../src/codec/capture/classic-pcap.js";
import { captureFormatOf } from "../../../src/codec/capture/detect-format.js";
import { pcap } from "../../helpers/capture-file.js";
import { goldenCapture, goldenCaptures } from "../../helpers/captured-bytes.js";

const chunkSizes = fc.integer({ min: 1, max: 200 });

describe("ClassicPcapReader", () => {
  it("walks records to what pcap-parser makes of them, wherever the one takes over from the other", () => {
    const packet = fc.record({
      bytes: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
      seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
      nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
    });
    const law = fc.property(
      fc.array(packet, { maxLength: 20 }),
      fc.boolean(),
      chunkSizes,
      fc.integer({ min: 0, max: 2000 }),
      (packets, bigEndian, chunkSize, parsedBytesMax) => {
        const file = pcap(packets, { bigEndian });
        expect(packetsOf(file, chunkSize, parsedBytesMax)).toEqual(packetsOf(file, file.length, file.length + 1));
      },
    );
    fc.assert(law);
  });

  it.each(goldenCaptures)("does so in %s", (name) => {
    const file = goldenCapture(name);
    const byParser = packetsOf(file, file.length, file.length + 1);
    expect(packetsOf(file, 1000, 0)).toEqual(byParser);
    expect(packetsOf(file, 65_536, 100_000)).toEqual(byParser);
  });

  it("reads nothing of a version that pcap-parser does not know, and says so once", () => {
    const file = pcap([{ bytes: Buffer.alloc(60) }]);
    file.writeUInt16LE(9, 4);
    file.writeUInt16LE(9, 6);
    expect(packetsOf(file, 10, 0)).toEqual([
      "byte 0: unsupported version 9.9. pcap-parser only parses libpcap file format 2.4",
    ]);
  });
});

function packetsOf(file: Buffer, chunkSize: number, parsedBytesMax: number): string[] {
  const format = captureFormatOf(file);
  if (format?.kind !== "pcap") throw new Error("not a classic capture");
  const lines: string[] = [];
  const sink = {
    onPacket({ number, linkType, seconds, nanos, bytes, start = 0, end = bytes.length }: CapturedPacket) {
      lines.push([number, linkType, seconds, nanos, bytes.toString("hex", start, end)].join(" "));
    },
    onFileProblem(offset: number, reason: string) {
      lines.push(`byte ${offset}: ${reason}`);
    },
  };
  const reader = new ClassicPcapReader(format.pcap, sink, parsedBytesMax);
  for (let at = 0; at < file.length; at += chunkSize) reader.push(file.subarray(at, at + chunkSize));
  reader.end();
  return lines;
}
