import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import { commandById } from "../registry.js";
import { type PduOrigin, type PduRecord, type RecordOptions, recordOf } from "./pdu-record.js";
import { plainBodyText } from "./plain-body-text.js";

/** Changes when a reader of earlier lines would misunderstand later ones; schemas/decode-record.schema.json. */
const SCHEMA_VERSION = 1;

/** A record as a line of NDJSON. */
export function recordJson(record: PduRecord): string {
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...record })}\n`;
}

/** `recordJson(recordOf(pdu, …))`: for a plain PDU without making the record. Hot: it decides how fast captures become NDJSON. */
export function pduJson(pdu: Buffer, origin: PduOrigin, options: RecordOptions = {}): string {
  return plainRecordLine(pdu, origin) ?? recordJson(recordOf(pdu, originAlone(origin), options));
}

/** What stands for an origin may know more, which is not for the record. */
function originAlone({ seq, time, conn, dir, offset }: PduOrigin): PduOrigin {
  return { seq, time, conn, dir, offset };
}

function plainRecordLine(pdu: Buffer, origin: PduOrigin): string | undefined {
  const { length } = pdu;
  const command = length < HEADER_SIZE || pdu.readUInt32BE(0) !== length ? undefined : commandById(readCommandId(pdu));
  if (command === undefined) return undefined;
  const body = plainBodyText(command.messageName, pdu, HEADER_SIZE, length);
  if (body === undefined) return undefined;
  const { seq, time, conn, dir, offset } = origin;
  return `{"schemaVersion":${SCHEMA_VERSION},"seq":${seq},"time":${quoted(time)},"conn":${quoted(conn)},"dir":${quoted(dir)},"offset":${offset},"header":{"length":${length},"version":${u16(pdu, 4)},"flag":${u16(pdu, 6)},"serviceId":${u16(pdu, 8)},"commandId":${command.id},"seqNum":${u16(pdu, 12)},"reserved":${u16(pdu, 14)}},"command":"${command.name}","message":"${command.messageName}","body":${body},"text":null,"attach":null,"unknownFields":[],"error":null}\n`;
}

function u16(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** For times, addresses and directions: nothing in them needs an escape. */
function quoted(text: string | null): string {
  return text === null ? "null" : `"${text}"`;
}
