import { constants, inflateRawSync } from "node:zlib";
import { isGzip } from "./detect-format.js";

const HEADER_SIZE = 10;
const TRAILER_SIZE = 8;
const Flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10 } as const;
const salvagedBytesMax = 64 << 20;

/**
 * What a gzip file says whose end is no gzip: its whole members, and the beginning of one that was cut off (RFC 1952). zlib's
 * own stream gives nothing of what it unpacked in the step that failed, which is all of a small file.
 */
export function salvagedFromGzip(packed: Buffer): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = 0; isGzip(packed.subarray(at)) && length < salvagedBytesMax; ) {
    const member = memberAt(packed, at, salvagedBytesMax - length);
    if (member === undefined) break;
    parts.push(member.bytes);
    length += member.bytes.length;
    at = member.end;
  }
  return Buffer.concat(parts);
}

function memberAt(packed: Buffer, at: number, maxOutputLength: number): { bytes: Buffer; end: number } | undefined {
  const dataAt = afterHeader(packed, at);
  if (dataAt === undefined || dataAt >= packed.length) return undefined;
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength, info: true };
    // With `info` the result says how much was taken; the types do not know.
    const unpacked = inflateRawSync(packed.subarray(dataAt), options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: unpacked.buffer, end: dataAt + unpacked.engine.bytesWritten + TRAILER_SIZE };
  } catch {
    return undefined;
  }
}

function afterHeader(packed: Buffer, start: number): number | undefined {
  const flags = packed[start + 3];
  if (flags === undefined) return undefined;
  let at = start + HEADER_SIZE;
  if ((flags & Flag.extra) !== 0) {
    if (at + 2 > packed.length) return undefined;
    at += 2 + packed.readUInt16LE(at);
  }
  for (const flag of [Flag.name, Flag.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = packed.indexOf(0, at);
    if (zero < 0) return undefined;
    at = zero + 1;
  }
  return (flags & Flag.headerCrc) === 0 ? at : at + 2;
}
