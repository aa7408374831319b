import { decodeBody } from "../body-codec.js";
import type { IMMsgData } from "../generated/messages.js";
import { HEADER_SIZE, type PduHeader, readHeader } from "../pdu-header.js";
import { ProtocolError, type ProtocolErrorCode, type ProtocolErrorDetail } from "../protocol-error.js";
import { type Command, commandById, commandByObsoleteId, hexId } from "../registry.js";
import { defaultTextKey } from "../text-content.js";
import { attachmentJson } from "./attachment.js";
import { bodyToJson, type JsonObject } from "./body-json.js";
import { messageText } from "./message-content.js";
import { firstProblem, pduFields } from "./pdu-fields.js";
import { type UnknownField, unknownFieldsOf } from "./unknown-fields.js";

/** Client to server, server to client, between servers. */
export type PduDirection = "c2s" | "s2c" | "s2s";

/** Where a PDU came from, as far as that is known. */
export interface PduOrigin {
  /** Position among the PDUs of the input, from 1. */
  readonly seq: number;
  /** ISO 8601 with the precision of the capture. */
  readonly time: string | null;
  /** `127.0.0.1:51234>127.0.0.1:8000`: sender, receiver. */
  readonly conn: string | null;
  readonly dir: PduDirection | null;
  /** Bytes from the start of the stream or of the pasted bytes. */
  readonly offset: number;
}

interface RecordError {
  readonly code: ProtocolErrorCode | "SKIPPED";
  readonly message: string;
}

/** One line of `ttk decode --format json`. */
export interface PduRecord extends PduOrigin {
  readonly header: PduHeader | null;
  readonly command: string | null;
  readonly message: string | null;
  readonly body: JsonObject | null;
  /** Decrypted message text, when there is one. */
  readonly text: string | null;
  readonly attach: JsonObject | null;
  readonly unknownFields: readonly UnknownField[];
  readonly error: RecordError | null;
}

export interface RecordOptions {
  /** 32 bytes: the deployment's key for message text. */
  readonly textKey?: string;
}

/** Decodes one whole PDU for people and programs to read. Never throws for what the bytes say: see `error`. */
export function recordOf(pdu: Buffer, origin: PduOrigin, options: RecordOptions = {}): PduRecord {
  if (pdu.length < HEADER_SIZE)
    return brokenRecord(origin, null, "PDU_TRUNCATED", { bytes: pdu.length, needed: HEADER_SIZE });
  const header = readHeader(pdu, 0);
  const { length } = header;
  if (length < HEADER_SIZE) return brokenRecord(origin, header, "PDU_LENGTH_TOO_SMALL", { length });
  if (pdu.length < length) return brokenRecord(origin, header, "PDU_TRUNCATED", { bytes: pdu.length, needed: length });
  const command = commandById(header.commandId);
  if (command === undefined) return brokenRecord(origin, header, "COMMAND_UNKNOWN", unknownCommand(header.commandId));
  return decodedRecord(origin, header, command, pdu.subarray(0, length), options);
}

/** Stands where bytes of a stream could not be taken as a PDU. */
export function skippedRecord(message: string, origin: PduOrigin): PduRecord {
  return {
    ...origin,
    header: null,
    command: null,
    message: null,
    ...nothingInside,
    error: { code: "SKIPPED", message },
  };
}

/** The same for a PDU of which only the beginning is there: what its header says is known, when that is whole. */
export function damagedRecord(beginning: Buffer, message: string, origin: PduOrigin): PduRecord {
  const skipped = skippedRecord(message, origin);
  if (beginning.length < HEADER_SIZE) return skipped;
  const header = readHeader(beginning, 0);
  return { ...skipped, header, ...namesOf(header) };
}

const nothingInside = { body: null, text: null, attach: null, unknownFields: [] };

function brokenRecord(
  origin: PduOrigin,
  header: PduHeader | null,
  code: ProtocolErrorCode,
  detail: ProtocolErrorDetail,
): PduRecord {
  const error = recordError(new ProtocolError(code, detail));
  return { ...origin, header, ...namesOf(header), ...nothingInside, error };
}

function namesOf(header: PduHeader | null): Pick<PduRecord, "command" | "message"> {
  const known = header === null ? undefined : commandById(header.commandId);
  return { command: known?.name ?? null, message: known?.messageName ?? null };
}

/** Hot. The fields are spelt out in their order: spreading objects costs more than decoding most bodies. */
function decodedRecord(
  { seq, time, conn, dir, offset }: PduOrigin,
  header: PduHeader,
  command: Command,
  pdu: Buffer,
  options: RecordOptions,
): PduRecord {
  const { name, messageName } = command;
  const key = options.textKey ?? defaultTextKey;
  try {
    const decoded: object = decodeBody(command.id, pdu, HEADER_SIZE);
    const body = bodyToJson(messageName, decoded);
    const text = textOf(command, decoded, key);
    const attach = attachOf(command, decoded, key);
    const unknownFields = unknownFieldsOf(decoded);
    return {
      seq,
      time,
      conn,
      dir,
      offset,
      header,
      command: name,
      message: messageName,
      body,
      text,
      attach,
      unknownFields,
      error: null,
    };
  } catch (error) {
    const origin = { seq, time, conn, dir, offset };
    return { ...origin, header, command: name, message: messageName, ...nothingInside, error: bodyError(error, pdu) };
  }
}

/** protobufjs says that something is wrong; a second look at the bytes says where, and what should stand there. */
function bodyError(error: unknown, pdu: Buffer): RecordError {
  const { code, message } = recordError(error);
  const problem = firstProblem(pduFields(pdu));
  const where =
    problem === undefined ? `the body ends at byte ${pdu.length}` : `byte ${problem.start}: ${problem.text}`;
  return { code, message: `${message}; ${where}` };
}

function unknownCommand(id: number): ProtocolErrorDetail {
  const current = commandByObsoleteId(id);
  return { commandId: hexId(id), ...(current === undefined ? {} : { obsoleteAliasOf: hexId(current.id) }) };
}

function recordError(error: unknown): RecordError {
  if (error instanceof ProtocolError) return { code: error.code, message: error.message };
  throw error;
}

function textOf(command: Command, body: object, key: string): string | null {
  if (command.messageName !== "IM.Message.IMMsgData") return null;
  const { msg_type, msg_data } = body as IMMsgData;
  return messageText(msg_type, msg_data, key);
}

function attachOf(command: Command, body: object, key: string): JsonObject | null {
  const { attach_data } = body as { attach_data?: Buffer };
  return attach_data === undefined ? null : attachmentJson(command.id, attach_data, key);
}
