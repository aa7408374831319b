import { ProtocolError } from "./protocol-error.js";

/** Kinds of attach_data that the original msg_server writes. */
export const AttachType = {
  HANDLE: 1,
  PDU: 2,
  HANDLE_AND_PDU: 3,
  PDU_FOR_PUSH: 4,
  HANDLE_AND_PDU_FOR_FILE: 5,
} as const;
export type AttachType = (typeof AttachType)[keyof typeof AttachType];

/**
 * How msg_server finds its way back from an answer to what it was for. `pdu` is a protobuf body, not a whole PDU. The
 * original servers also write an empty one behind a HANDLE, and http_msg_server leaves it out of a HANDLE_AND_PDU.
 */
export interface AttachData {
  readonly type: number;
  readonly handle: number;
  readonly serviceType: number;
  readonly pdu?: Buffer;
}

const FIXED_SIZE = 12;
const PDU_LENGTH_SIZE = 4;

const typeNames: ReadonlyMap<number, string> = new Map(Object.entries(AttachType).map(([name, type]) => [type, name]));

export function attachTypeName(type: number): string | undefined {
  return typeNames.get(type);
}

/** `undefined` for anything else than the layout above: attach_data is opaque, so other implementations may write anything there. */
export function readAttachData(bytes: Buffer): AttachData | undefined {
  if (bytes.length < FIXED_SIZE) return undefined;
  const fixed = { type: bytes.readUInt32BE(0), handle: bytes.readUInt32BE(4), serviceType: bytes.readUInt32BE(8) };
  if (!typeNames.has(fixed.type)) return undefined;
  if (bytes.length === FIXED_SIZE) return fixed;
  const pdu = bytes.subarray(FIXED_SIZE + PDU_LENGTH_SIZE);
  if (bytes.length < FIXED_SIZE + PDU_LENGTH_SIZE || bytes.readUInt32BE(FIXED_SIZE) !== pdu.length) return undefined;
  return { ...fixed, pdu };
}

/** @throws ProtocolError ATTACH_MALFORMED where readAttachData makes nothing of it */
export function decodeAttachData(bytes: Buffer): AttachData {
  const attachment = readAttachData(bytes);
  if (attachment === undefined) throw malformedAttachData(bytes);
  return attachment;
}

/** What is wrong where readAttachData makes nothing of it. */
export function malformedAttachData(bytes: Buffer): ProtocolError {
  const type = bytes.length < FIXED_SIZE ? undefined : bytes.readUInt32BE(0);
  const isTypeUnknown = type !== undefined && !typeNames.has(type);
  return new ProtocolError("ATTACH_MALFORMED", isTypeUnknown ? { type } : { bytes: bytes.length });
}

export function encodeAttachData({ type, handle, serviceType, pdu }: AttachData): Buffer {
  const bytes = Buffer.alloc(FIXED_SIZE + (pdu === undefined ? 0 : PDU_LENGTH_SIZE + pdu.length));
  bytes.writeUInt32BE(type, 0);
  bytes.writeUInt32BE(handle, 4);
  bytes.writeUInt32BE(serviceType, 8);
  if (pdu !== undefined) {
    bytes.writeUInt32BE(pdu.length, FIXED_SIZE);
    pdu.copy(bytes, FIXED_SIZE + PDU_LENGTH_SIZE);
  }
  return bytes;
}
