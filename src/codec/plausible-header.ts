import { HEADER_SIZE, HeaderOffset, serverLimits } from "./pdu-header.js";

const VERSION = 1;
const COMMAND_GROUP_MIN = 0x01;
const COMMAND_GROUP_MAX = 0x07;
const SERVICE_ID_MAX = 0x08;

/** Bytes that every header sent by a known implementation has at offset 4: version 1, flag 0, high byte of service_id. */
const headerMark = Buffer.from([0x00, 0x01, 0x00, 0x00, 0x00]);

/**
 * Whether 16 bytes at `at` look like the header of a PDU that some TeamTalk implementation would send: a length that a
 * receiver accepts (FRM-04 to FRM-06), version 1, flag 0, a service_id and a command_id of the protocol's ranges. Receivers
 * check less than this (FRM-07), so it is for finding PDUs among other bytes, not for refusing them.
 */
export function looksLikeHeader(bytes: Buffer, at: number, pduSizeMaxBytes = serverLimits.pduSizeMaxBytes): boolean {
  if (!hasHeaderMarks(bytes, at)) return false;
  const length = bytes.readUInt32BE(at + HeaderOffset.length);
  return length >= HEADER_SIZE && length <= pduSizeMaxBytes;
}

/** The same, whatever its length field says: there are 16 bytes, and all the others are those of a header. */
export function hasHeaderMarks(bytes: Buffer, at: number): boolean {
  if (at + HEADER_SIZE > bytes.length) return false;
  if (bytes.readUInt32BE(at + HeaderOffset.version) !== VERSION << 16) return false;
  const serviceId = bytes.readUInt16BE(at + HeaderOffset.serviceId);
  if (serviceId === 0 || serviceId > SERVICE_ID_MAX) return false;
  const group = bytes.readUInt8(at + HeaderOffset.commandId);
  return group >= COMMAND_GROUP_MIN && group <= COMMAND_GROUP_MAX;
}

/**
 * Whether bytes that somebody cut out of a stream begin within a PDU: no header stands first, nor an odd one (FRM-07) whose
 * length leads to the next, but there is one later.
 */
export function beginsWithinPdu(bytes: Buffer): boolean {
  if (hasHeaderMarks(bytes, 0) || bytes.length < HEADER_SIZE) return false;
  const length = bytes.readUInt32BE(HeaderOffset.length);
  return !(length >= HEADER_SIZE && hasHeaderMarks(bytes, length)) && findHeader(bytes, 1) > 0;
}

/** Where in `bytes[from, end)` the next 16 bytes that look like a header begin; -1 when nowhere. */
export function findHeader(
  bytes: Buffer,
  from: number,
  end = bytes.length,
  pduSizeMaxBytes = serverLimits.pduSizeMaxBytes,
): number {
  if (end - from < HEADER_SIZE) return -1;
  // The mark's own end lets the search stop where a header would no longer fit.
  const searched = bytes.subarray(0, end - HEADER_SIZE + HeaderOffset.version + headerMark.length);
  let mark = searched.indexOf(headerMark, from + HeaderOffset.version);
  while (mark >= 0) {
    const at = mark - HeaderOffset.version;
    if (looksLikeHeader(bytes, at, pduSizeMaxBytes)) return at;
    mark = searched.indexOf(headerMark, mark + 1);
  }
  return -1;
}
