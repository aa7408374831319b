import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import { commandById } from "../registry.js";
import { type PduOrigin, type PduRecord, type RecordOptions, recordOf } from "./pdu-record.js";
import { plainBodyText } from "./plain-body-text.js";

/** A line of NDJSON, and whether it tells of an error. */
export interface RecordJson {
  readonly line: string;
  readonly isError: boolean;
}

/**
 * What `JSON.stringify(recordOf(pdu, …))` gives, and a line break: for a plain PDU without making the record. Hot: it decides how
 * fast captures become NDJSON.
 */
export function recordJson(pdu: Buffer, origin: PduOrigin, options: RecordOptions = {}): RecordJson {
  const line = plainRecordLine(pdu, origin);
  if (line !== undefined) return { line, isError: false };
  const record: PduRecord = recordOf(pdu, origin, options);
  return { line: `${JSON.stringify(record)}\n`, isError: record.error !== null };
}

function plainRecordLine(pdu: Buffer, origin: PduOrigin): string | undefined {
  const { length } = pdu;
  const command = length < HEADER_SIZE || pdu.readUInt32BE(0) !== length ? undefined : commandById(readCommandId(pdu));
  if (command === undefined) return undefined;
  const body = plainBodyText(command.messageName, pdu, HEADER_SIZE, length);
  if (body === undefined) return undefined;
  const { seq, time, conn, dir, offset } = origin;
  return `{"seq":${seq},"time":${quoted(time)},"conn":${quoted(conn)},"dir":${quoted(dir)},"offset":${offset},"header":{"length":${length},"version":${u16(pdu, 4)},"flag":${u16(pdu, 6)},"serviceId":${u16(pdu, 8)},"commandId":${command.id},"seqNum":${u16(pdu, 12)},"reserved":${u16(pdu, 14)}},"command":"${command.name}","message":"${command.messageName}","body":${body},"text":null,"attach":null,"unknownFields":[],"error":null}\n`;
}

function u16(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** For times, addresses and directions: nothing in them needs an escape. */
function quoted(text: string | null): string {
  return text === null ? "null" : `"${text}"`;
}
