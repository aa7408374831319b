import { readFileSync } from "node:fs";
import type { CaptureEvent } from "../../src/codec/capture/capture-event.js";
import { type CaptureOptions, type CaptureTotals, capturePdus } from "../../src/codec/capture/capture-pdus.js";
import { openInput } from "../../src/codec/capture/open-input.js";
import type { RecordedPacket } from "./capture-file.js";

const ETHERNET_HEADER_SIZE = 14;

export const goldenCaptures = ["client-session.pcap", "cluster-session.pcap"] as const;

/** The bytes of one of fixtures/captures. */
export function goldenCapture(name: (typeof goldenCaptures)[number]): Buffer {
  return readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url));
}

/** The packets of a little-endian classic capture in microseconds. */
export function packetsOf(file: Buffer): RecordedPacket[] {
  const packets: RecordedPacket[] = [];
  for (let at = 24; at < file.length; ) {
    const end = at + 16 + file.readUInt32LE(at + 8);
    const nanos = file.readUInt32LE(at + 4) * 1000;
    packets.push({ seconds: file.readUInt32LE(at), nanos, bytes: file.subarray(at + 16, end) });
    at = end;
  }
  return packets;
}

/** The IP packet of an Ethernet frame, without what pads the frame. */
export function ipOf({ bytes }: RecordedPacket): Buffer {
  return bytes.subarray(ETHERNET_HEADER_SIZE, ETHERNET_HEADER_SIZE + bytes.readUInt16BE(ETHERNET_HEADER_SIZE + 2));
}

export interface CaptureResult {
  readonly events: readonly CaptureEvent[];
  readonly totals: CaptureTotals;
}

/** Everything that the product's capture reader says about a capture file, however its bytes are cut into chunks. */
export async function readCapture(
  file: Buffer,
  options: CaptureOptions & { readonly chunkSize?: number } = {},
): Promise<CaptureResult> {
  const { capture, chunks } = await openInput(inChunks(file, options.chunkSize ?? 65_536));
  if (capture === undefined) throw new Error("not recognised as a capture");
  const events: CaptureEvent[] = [];
  const batches = capturePdus(capture, chunks, options);
  let next = await batches.next();
  for (; next.done !== true; next = await batches.next()) events.push(...next.value);
  return { events, totals: next.value };
}

/** One line for each event, for comparing: `c2s 0 00000010…`, `s2c 16 skipped 5 lost-segment`. */
export function eventLines(events: readonly CaptureEvent[]): string[] {
  return events.map((event) => {
    if (event.kind === "file-problem") return `file ${event.offset}: ${event.message}`;
    if (event.kind === "pdu") return `${event.direction} ${event.offset} ${event.bytes.toString("hex")}`;
    if (event.kind === "skipped") return `${event.direction} ${event.offset} skipped ${event.length} ${event.reason}`;
    return `${event.direction} ${event.protocol}`;
  });
}

async function* inChunks(file: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}
