import { u16, u32 } from "./big-endian.js";
import type { IpPayload } from "./ip-payload.js";

const TCP_HEADER_SIZE_MIN = 20;

export const TcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;

/** One is reused for every packet. */
export interface TcpSegment {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgement: number;
  flags: number;
  /** The payload is `bytes[payloadAt, capturedEnd)`; after it the capture left out `missing` bytes. */
  bytes: Buffer;
  payloadAt: number;
  capturedEnd: number;
  missing: number;
}

export function newTcpSegment(): TcpSegment {
  return {
    sourcePort: 0,
    destinationPort: 0,
    sequence: 0,
    acknowledgement: 0,
    flags: 0,
    bytes: Buffer.alloc(0),
    payloadAt: 0,
    capturedEnd: 0,
    missing: 0,
  };
}

/** Reads the TCP segment that an IP packet carries into `out`; false when its header is broken or was not captured whole. */
export function readTcpSegment({ bytes, payloadAt: at, capturedEnd, end }: IpPayload, out: TcpSegment): boolean {
  if (at + TCP_HEADER_SIZE_MIN > capturedEnd) return false;
  const headerSize = ((bytes[at + 12] as number) >> 4) * 4;
  if (headerSize < TCP_HEADER_SIZE_MIN || at + headerSize > end) return false;
  out.sourcePort = u16(bytes, at);
  out.destinationPort = u16(bytes, at + 2);
  out.sequence = u32(bytes, at + 4);
  out.acknowledgement = u32(bytes, at + 8);
  out.flags = bytes[at + 13] as number;
  out.bytes = bytes;
  out.payloadAt = Math.min(at + headerSize, capturedEnd);
  out.capturedEnd = capturedEnd;
  out.missing = end - Math.max(capturedEnd, at + headerSize);
  return true;
}
