import type { ClassicPcapFormat } from "./classic-pcap.js";

export type CaptureFormat = { readonly kind: "pcap"; readonly pcap: ClassicPcapFormat } | { readonly kind: "pcapng" };

/** Bytes that the magic numbers need. */
export const MAGIC_SIZE = 4;

/** The capture format that a file's first four bytes announce; `undefined` when it is no capture. */
export function captureFormatOf(head: Buffer): CaptureFormat | undefined {
  if (head.length < MAGIC_SIZE) return undefined;
  switch (head.readUInt32BE(0)) {
    case 0xa1b2c3d4:
      return classic(false, "microseconds", 16);
    case 0xd4c3b2a1:
      return classic(true, "microseconds", 16);
    case 0xa1b23c4d:
      return classic(false, "nanoseconds", 16);
    case 0x4d3cb2a1:
      return classic(true, "nanoseconds", 16);
    case 0xa1b2cd34:
      return classic(false, "microseconds", 24);
    case 0x34cdb2a1:
      return classic(true, "microseconds", 24);
    case 0x0a0d0d0a:
      return { kind: "pcapng" };
    default:
      return undefined;
  }
}

function classic(
  littleEndian: boolean,
  timestamps: ClassicPcapFormat["timestamps"],
  recordHeaderBytes: ClassicPcapFormat["recordHeaderBytes"],
): CaptureFormat {
  return { kind: "pcap", pcap: { littleEndian, timestamps, recordHeaderBytes } };
}

/** Whether the bytes begin a gzip file. */
export function isGzip(head: Buffer): boolean {
  return head.length >= 2 && head.readUInt16BE(0) === 0x1f8b;
}
