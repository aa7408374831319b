import { attachTypeName, decodeAttachData } from "../attach-data.js";
import { decodeBody } from "../body-codec.js";
import { MsgType } from "../generated/enums.js";
import type { IMMsgData } from "../generated/messages.js";
import { HEADER_SIZE, type PduHeader, readHeader } from "../pdu-header.js";
import { ProtocolError, type ProtocolErrorCode, type ProtocolErrorDetail } from "../protocol-error.js";
import { type Command, commandById, commandByObsoleteId, hexId } from "../registry.js";
import { decryptText, defaultTextKey } from "../text-content.js";
import { bodyToJson, type JsonObject } from "./body-json.js";
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

export interface RecordError {
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
  return { ...origin, header, ...decodedParts(command, pdu.subarray(HEADER_SIZE, length), options) };
}

/** Stands where bytes of a stream could not be taken as a PDU. */
export function skippedRecord(message: string, origin: PduOrigin): PduRecord {
  return { ...origin, header: null, ...nothingDecoded, error: { code: "SKIPPED", message } };
}

const nothingDecoded = { command: null, message: null, body: null, text: null, attach: null, unknownFields: [] };

function brokenRecord(
  origin: PduOrigin,
  header: PduHeader | null,
  code: ProtocolErrorCode,
  detail: ProtocolErrorDetail,
): PduRecord {
  return { ...origin, header, ...nothingDecoded, error: recordError(new ProtocolError(code, detail)) };
}

function decodedParts(
  command: Command,
  bytes: Buffer,
  options: RecordOptions,
): Omit<PduRecord, keyof PduOrigin | "header"> {
  const named = { command: command.name, message: command.messageName };
  try {
    const body: object = decodeBody(command.id, bytes);
    return {
      ...named,
      body: bodyToJson(command.messageName, body),
      text: textOf(command, body, options.textKey ?? defaultTextKey),
      attach: attachOf(body),
      unknownFields: unknownFieldsOf(body),
      error: null,
    };
  } catch (error) {
    return { ...named, body: null, text: null, attach: null, unknownFields: [], error: recordError(error) };
  }
}

function unknownCommand(id: number): ProtocolErrorDetail {
  const current = commandByObsoleteId(id);
  return { commandId: hexId(id), ...(current === undefined ? {} : { obsoleteAliasOf: hexId(current.id) }) };
}

function recordError(error: unknown): RecordError {
  if (error instanceof ProtocolError) return { code: error.code, message: error.message };
  throw error;
}

const textTypes: ReadonlySet<number> = new Set([MsgType.MSG_TYPE_SINGLE_TEXT, MsgType.MSG_TYPE_GROUP_TEXT]);

/** Clients may send plain text too: then there is nothing to decrypt, and the bytes are the text if they are UTF-8. */
function textOf(command: Command, body: object, key: string): string | null {
  if (command.messageName !== "IM.Message.IMMsgData") return null;
  const { msg_type, msg_data } = body as IMMsgData;
  if (!textTypes.has(msg_type)) return null;
  try {
    return decryptText(msg_data, key);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const text = msg_data.toString("utf8");
    return Buffer.from(text, "utf8").equals(msg_data) ? text : null;
  }
}

function attachOf(body: object): JsonObject | null {
  const { attach_data } = body as { attach_data?: Buffer };
  if (attach_data === undefined) return null;
  try {
    const { type, handle, serviceType, pdu } = decodeAttachData(attach_data);
    const fixed = { type: attachTypeName(type) ?? type, handle, serviceType };
    return pdu === undefined ? fixed : { ...fixed, pdu: pdu.toString("base64") };
  } catch (error) {
    if (error instanceof ProtocolError) return { error: error.message };
    throw error;
  }
}
