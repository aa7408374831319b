import { CommandId } from "./generated/commands.js";
import { MsgType, ServiceID, SessionType } from "./generated/enums.js";
import { outgoingView } from "./kept-view.js";
import { HEADER_SIZE, PROTOCOL_VERSION } from "./pdu-header.js";

/**
 * Hot: the two commands that a load generator sees nothing but, 0x0301 and 0x0302, straight from and into bytes. Everything
 * else is the business of body-codec.ts, which makes an object for each body: for millions of messages a second that
 * costs more than all the rest. Both write the same bytes, and what is read here body-codec.ts reads as the same.
 */

/** The fields of a 0x0301 without attachment, to be read into again and again. */
export class MessageFields {
  fromUserId = 0;
  toSessionId = 0;
  msgId = 0;
  createTime = 0;
  msgType: MsgType = MsgType.MSG_TYPE_SINGLE_TEXT;
  /** Where `msg_data` is, in the bytes that it was read from. */
  dataStart = 0;
  dataEnd = 0;
}

/** Those of a 0x0302. */
export class AckFields {
  userId = 0;
  sessionId = 0;
  msgId = 0;
  sessionType: SessionType = SessionType.SESSION_TYPE_SINGLE;
}

const UNUSUAL = -1;
// Where the number read last ended: a second result without an allocation.
let numberEnd = 0;

/**
 * Reads the body `bytes[start, end)` when it has the form that all known senders give it: every field once, in order, numbers
 * as short as they can be. False = it has another one, which may be right, too: `decodeBody` knows.
 */
export function readMessage(bytes: Buffer, start: number, end: number, into: MessageFields): boolean {
  const fromUserId = numberAt(bytes, start, end, 0x08);
  const toSessionId = numberAt(bytes, numberEnd, end, 0x10);
  const msgId = numberAt(bytes, numberEnd, end, 0x18);
  const createTime = numberAt(bytes, numberEnd, end, 0x20);
  const msgType = numberAt(bytes, numberEnd, end, 0x28);
  const size = numberAt(bytes, numberEnd, end, 0x32);
  // One that is unusual makes the others so.
  if (size < 0 || numberEnd + size !== end || !isMsgType(msgType)) return false;
  into.fromUserId = fromUserId;
  into.toSessionId = toSessionId;
  into.msgId = msgId;
  into.createTime = createTime;
  into.msgType = msgType;
  into.dataStart = numberEnd;
  into.dataEnd = end;
  return true;
}

/** The same for the body of a 0x0302. */
export function readAck(bytes: Buffer, start: number, end: number, into: AckFields): boolean {
  const userId = numberAt(bytes, start, end, 0x08);
  const sessionId = numberAt(bytes, numberEnd, end, 0x10);
  const msgId = numberAt(bytes, numberEnd, end, 0x18);
  const sessionType = numberAt(bytes, numberEnd, end, 0x20);
  if (sessionType < 0 || numberEnd !== end || !isSessionType(sessionType)) return false;
  into.userId = userId;
  into.sessionId = sessionId;
  into.msgId = msgId;
  into.sessionType = sessionType;
  return true;
}

/** Bytes of a whole 0x0301 without attachment. */
export function sizeOfMessage(fromUserId: number, toSessionId: number, dataBytes: number): number {
  // Tags; msg_id and create_time, which are 0, and msg_type take a byte each.
  return HEADER_SIZE + 6 + 3 + sizeOf(fromUserId) + sizeOf(toSessionId) + sizeOf(dataBytes) + dataBytes;
}

/** Writes one as a client sends it, all but `msg_data`. @returns where that begins, the end of what is written */
export function writeMessageHead(
  out: Buffer,
  start: number,
  seqNum: number,
  fromUserId: number,
  toSessionId: number,
  msgType: MsgType,
  dataBytes: number,
): number {
  const view = outgoingView.of(out);
  const size = sizeOfMessage(fromUserId, toSessionId, dataBytes);
  writeHead(view, start, size, CommandId.CID_MSG_DATA, seqNum);
  let at = writeNumber(view, start + HEADER_SIZE, 0x08, fromUserId);
  at = writeNumber(view, at, 0x10, toSessionId);
  // msg_id and create_time are 0.
  view.setUint32(at, 0x18_00_20_00);
  view.setUint16(at + 4, 0x28_00 | msgType);
  return writeNumber(view, at + 6, 0x32, dataBytes);
}

/** Bytes of a whole 0x0302. */
export function sizeOfAck(userId: number, sessionId: number, msgId: number): number {
  return HEADER_SIZE + 4 + 1 + sizeOf(userId) + sizeOf(sessionId) + sizeOf(msgId);
}

export function writeAck(
  out: Buffer,
  start: number,
  seqNum: number,
  userId: number,
  sessionId: number,
  msgId: number,
  sessionType: SessionType,
): void {
  const view = outgoingView.of(out);
  const size = sizeOfAck(userId, sessionId, msgId);
  writeHead(view, start, size, CommandId.CID_MSG_DATA_ACK, seqNum);
  let at = writeNumber(view, start + HEADER_SIZE, 0x08, userId);
  at = writeNumber(view, at, 0x10, sessionId);
  at = writeNumber(view, at, 0x18, msgId);
  view.setUint16(at, 0x20_00 | sessionType);
}

function isMsgType(value: number): value is MsgType {
  return value === 0x01 || value === 0x02 || value === 0x11 || value === 0x12;
}

function isSessionType(value: number): value is SessionType {
  return value === 0x01 || value === 0x02;
}

/** The number behind the tag, of which one byte is given; `UNUSUAL`, and `numberEnd` at the end, when it is not there. */
function numberAt(bytes: Buffer, at: number, end: number, tag: number): number {
  if (at + 1 < end && bytes[at] === tag) {
    const first = bytes[at + 1] as number;
    if (first < 0x80) {
      numberEnd = at + 2;
      return first;
    }
    return longNumberAt(bytes, at + 1, end);
  }
  numberEnd = end;
  return UNUSUAL;
}

function longNumberAt(bytes: Buffer, start: number, end: number): number {
  let value = (bytes[start] as number) & 0x7f;
  let shift = 7;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at] as number;
    // What 32 bits do not hold, and a last byte without bits, are for others to judge.
    if (byte === 0 || (shift === 28 && byte > 0x0f)) break;
    value = (value | ((byte & 0x7f) << shift)) >>> 0;
    if (byte < 0x80) {
      numberEnd = at + 1;
      return value;
    }
    shift += 7;
  }
  numberEnd = end;
  return UNUSUAL;
}

function sizeOf(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

function writeNumber(out: DataView, start: number, tag: number, value: number): number {
  if (value < 0x80) {
    out.setUint16(start, (tag << 8) | value);
    return start + 2;
  }
  out.setUint8(start, tag);
  let at = start + 1;
  let rest = value;
  while (rest > 0x7f) {
    out.setUint8(at++, (rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.setUint8(at, rest);
  return at + 1;
}

/** As `writeOwnHeader`, four bytes at once. */
function writeHead(out: DataView, at: number, size: number, commandId: number, seqNum: number): void {
  out.setUint32(at, size);
  out.setUint32(at + 4, PROTOCOL_VERSION << 16);
  out.setUint32(at + 8, (ServiceID.SID_MSG << 16) | commandId);
  out.setUint32(at + 12, seqNum << 16);
}
