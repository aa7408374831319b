import { createWriteStream, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
/** Source and destination address of an IPv4 packet in an Ethernet frame, and both ports without IP options. */
const SOURCE_OFFSET = RECORD_HEADER_SIZE + 14 + 12;
const ADDRESS_SIZE = 4;
const PRIVATE_NETWORK = 0x0a000000;

/** How much was written. */
export interface RepeatedCapture {
  readonly bytes: number;
  readonly repetitions: number;
}

/**
 * Writes a classic capture as large as asked: a recorded one again and again, each time on another host and later. Streams, so
 * that memory stays flat. Checksums are not mended: they were offloaded when recorded, too.
 */
export async function writeRepeatedCapture(source: URL, path: string, sizeBytes: number): Promise<RepeatedCapture> {
  const recorded = readFileSync(source);
  const header = recorded.subarray(0, FILE_HEADER_SIZE);
  const packets = recorded.subarray(FILE_HEADER_SIZE);
  const starts = [...packetStarts(packets)];
  const spanSeconds = packets.readUInt32LE(starts.at(-1) ?? 0) - packets.readUInt32LE(0) + 1;
  const repetitions = Math.max(1, Math.ceil((sizeBytes - FILE_HEADER_SIZE) / packets.length));
  function* parts(): Generator<Buffer> {
    yield header;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const copy = Buffer.from(packets);
      for (const at of starts) {
        copy.writeUInt32LE(copy.readUInt32LE(at) + repetition * spanSeconds, at);
        copy.writeUInt32BE(PRIVATE_NETWORK + repetition + 1, at + SOURCE_OFFSET);
        copy.writeUInt32BE(PRIVATE_NETWORK + repetition + 1, at + SOURCE_OFFSET + ADDRESS_SIZE);
      }
      yield copy;
    }
  }
  await pipeline(Readable.from(parts()), createWriteStream(path));
  return { bytes: FILE_HEADER_SIZE + repetitions * packets.length, repetitions };
}

function* packetStarts(packets: Buffer): Generator<number> {
  for (let at = 0; at < packets.length; at += RECORD_HEADER_SIZE + packets.readUInt32LE(at + 8)) yield at;
}
