import { KeptView } from "./kept-view.js";
import { ProtocolError } from "./protocol-error.js";

/** Bytes of a PDU header (FRM-01); also the smallest value its length field may hold. */
export const HEADER_SIZE = 16;
/** What everybody sends, and nobody looks at. */
export const PROTOCOL_VERSION = 1;

/** Offset of each header field, all big-endian; length is 4 bytes, the others 2. */
export const HeaderOffset = {
  length: 0,
  version: 4,
  flag: 6,
  serviceId: 8,
  commandId: 10,
  seqNum: 12,
  reserved: 14,
} as const;

export interface PduHeader {
  /** Whole PDU in bytes, header included. */
  readonly length: number;
  readonly version: number;
  readonly flag: number;
  readonly serviceId: number;
  /** What servers dispatch on, alone (FRM-07). */
  readonly commandId: number;
  readonly seqNum: number;
  readonly reserved: number;
}

export interface PduLimits {
  /** Largest PDU accepted, in bytes, header included (FRM-06). */
  readonly pduSizeMaxBytes: number;
  /** Whether a stream goes on behind a length of 1 … 15, out of step, as in the original servers (FRM-05). */
  readonly swallowsShortLengths?: boolean;
}

/** FRM-06: what a server accepts from clients, and from other servers. */
export const clientLimits: PduLimits = { pduSizeMaxBytes: 1 << 20 };
export const serverLimits: PduLimits = { pduSizeMaxBytes: 64 << 20 };

/**
 * Reads the header that begins at `at`. `undefined` means "not yet": a valid prefix whose remaining bytes are in flight.
 * @throws ProtocolError PDU_LENGTH_TOO_SMALL (FRM-04, FRM-05), PDU_TOO_LARGE (FRM-06)
 */
export function decodeHeader(bytes: Buffer, limits: PduLimits, at = 0): PduHeader | undefined {
  if (bytes.length - at < HEADER_SIZE) return undefined;
  checkedLength(bytes, at, limits);
  return readHeader(bytes, at);
}

/** The 16 bytes at `at`, which must be there, as they are: also those of a header that no receiver would accept. */
export function readHeader(bytes: Buffer, at: number): PduHeader {
  return {
    length: bytes.readUInt32BE(at),
    version: bytes.readUInt16BE(at + HeaderOffset.version),
    flag: bytes.readUInt16BE(at + HeaderOffset.flag),
    serviceId: bytes.readUInt16BE(at + HeaderOffset.serviceId),
    commandId: bytes.readUInt16BE(at + HeaderOffset.commandId),
    seqNum: bytes.readUInt16BE(at + HeaderOffset.seqNum),
    reserved: bytes.readUInt16BE(at + HeaderOffset.reserved),
  };
}

/**
 * The length field at `at`, of which at least 4 bytes are there; from `end` on, `bytes` are not the stream's.
 * Checked before the body is buffered: a peer must not choose how much memory we hold.
 */
export function checkedLength(bytes: Buffer, at: number, limits: PduLimits, end = bytes.length): number {
  const length = uint16At(bytes, at) * 0x10000 + uint16At(bytes, at + 2);
  if (length < HEADER_SIZE && !(limits.swallowsShortLengths && length > 0)) {
    throw new ProtocolError("PDU_LENGTH_TOO_SMALL", { length });
  }
  if (length > limits.pduSizeMaxBytes) {
    const text = firstWords.exec(bytes.toString("latin1", at, Math.min(end, at + FIRST_WORDS_MAX_CHARS)))?.[0];
    const detail = { length, limit: limits.pduSizeMaxBytes };
    throw new ProtocolError("PDU_TOO_LARGE", text === undefined ? detail : { ...detail, text: JSON.stringify(text) });
  }
  return length;
}

/** Another protocol's greeting or answer, as in `HTTP/1.1 400 Bad Request`: somebody has dialled the wrong port. */
const firstWords = /^[ -~]{4,}/;
const FIRST_WORDS_MAX_CHARS = 60;

/** Writes the 16 header bytes at `at`. Hot: called once for each PDU sent. */
export function writeHeader(header: PduHeader, out: Buffer, at: number): void {
  out.writeUInt32BE(header.length, at);
  out.writeUInt16BE(header.version, at + HeaderOffset.version);
  out.writeUInt16BE(header.flag, at + HeaderOffset.flag);
  out.writeUInt16BE(header.serviceId, at + HeaderOffset.serviceId);
  out.writeUInt16BE(header.commandId, at + HeaderOffset.commandId);
  out.writeUInt16BE(header.seqNum, at + HeaderOffset.seqNum);
  out.writeUInt16BE(header.reserved, at + HeaderOffset.reserved);
}

/** Hot: the header of everything that servers and devices send, without an object for it. */
export function writeOwnHeader(
  serviceId: number,
  commandId: number,
  length: number,
  seqNum: number,
  out: Buffer,
  at: number,
): void {
  out[at] = length >>> 24;
  out[at + 1] = length >>> 16;
  out[at + 2] = length >>> 8;
  out[at + 3] = length;
  out[at + 4] = 0;
  out[at + 5] = PROTOCOL_VERSION;
  out[at + 6] = 0;
  out[at + 7] = 0;
  out[at + 8] = serviceId >>> 8;
  out[at + 9] = serviceId;
  out[at + 10] = commandId >>> 8;
  out[at + 11] = commandId;
  out[at + 12] = seqNum >>> 8;
  out[at + 13] = seqNum;
  out[at + 14] = 0;
  out[at + 15] = 0;
}

const headerView = new KeptView();

/** Hot: whether the header of a PDU that was cut off right, and of a known command, is as `writeOwnHeader` writes it. */
export function hasOwnHeader(bytes: Buffer, at: number, serviceId: number, seqNum: number): boolean {
  const view = headerView.of(bytes);
  return (
    view.getInt32(at + HeaderOffset.version) === PROTOCOL_VERSION << 16 &&
    view.getUint16(at + HeaderOffset.serviceId) === serviceId &&
    view.getInt32(at + HeaderOffset.seqNum) === seqNum << 16
  );
}

/** The header must be there. */
export function readCommandId(pdu: Buffer, at = 0): number {
  return uint16At(pdu, at + HeaderOffset.commandId);
}

export function readSeqNum(pdu: Buffer, at = 0): number {
  return uint16At(pdu, at + HeaderOffset.seqNum);
}

/** Hot: Buffer's own are calls, in which engines do not know what they read from. */
function uint16At(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
