import protobuf from "protobufjs/light.js";
import { attachTypeName, decodeAttachData } from "../attach-data.js";
import { HEADER_SIZE, HeaderOffset } from "../pdu-header.js";
import { ProtocolError } from "../protocol-error.js";
import { commandById, commandByObsoleteId, hexId } from "../registry.js";
import { messageType } from "../schema.js";
import { carriedMessage } from "./attachment.js";
import { audioText, messageText } from "./message-content.js";
import { bytesText, quoted } from "./printable.js";
import { type WireField, type WireTypeName, wireFields } from "./wire-fields.js";

/** A stretch of a PDU with its meaning: a header field, a field of the body, or a part of attach_data. */
export interface PduField {
  /** `length`, `user_name`, `user_list[3]`; `unknown` when the schema does not have it, `problem` for what cannot be read. */
  readonly name: string;
  /** Field number in its message; `null` for what is no protobuf field. */
  readonly number: number | null;
  /** `pdu[start, end)`, tag and length included. */
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly wireType: WireTypeName | null;
  /** The value for people, on one line; the message's name for one that has fields of its own. */
  readonly text: string;
  /** What message content says: decrypted text, or the duration of audio. */
  readonly content: string | null;
  readonly kind: "header" | "field" | "message" | "unknown" | "problem";
  readonly fields: readonly PduField[];
}

export interface PduFieldsOptions {
  /** 32 bytes: the deployment's key for message text. */
  readonly textKey?: string;
}

/** Fields read of one message; what is behind them is one stretch. */
const FIELDS_MAX = 20_000;
/** Messages inside messages: the schema has three, attach_data inside attach_data some more. */
const DEPTH_MAX = 8;

/**
 * Every byte of a PDU, in order, with what it says: the header's fields, then the body's, with those of messages inside.
 * For any bytes: what cannot be read becomes a `problem` that says what was expected, and what comes before it stands.
 */
export function pduFields(pdu: Buffer, options: PduFieldsOptions = {}): PduField[] {
  const header = headerFields(pdu);
  if (pdu.length < HEADER_SIZE) {
    const at = header.at(-1)?.end ?? 0;
    return [
      ...header,
      problem(at, pdu.length, `a header of ${HEADER_SIZE} bytes is expected, ${pdu.length} are there`),
    ];
  }
  const commandId = pdu.readUInt16BE(HeaderOffset.commandId);
  const command = commandById(commandId) ?? commandByObsoleteId(commandId);
  const reading = { pdu, commandId, options };
  const type = command === undefined ? undefined : messageType(command.messageName);
  return [...header, ...messageFields(reading, type, HEADER_SIZE, pdu.length, 0)];
}

/** What keeps a PDU from being read to its end, and where: the first such place. */
export function firstProblem(fields: readonly PduField[]): PduField | undefined {
  for (const field of fields) {
    const found = field.kind === "problem" && field.name === "problem" ? field : firstProblem(field.fields);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The innermost field that has a byte of the PDU: what a click on the byte means. */
export function fieldAt(fields: readonly PduField[], offset: number): PduField | undefined {
  const field = fields.find(({ start, end }) => offset >= start && offset < end);
  return field === undefined ? undefined : (fieldAt(field.fields, offset) ?? field);
}

interface Reading {
  readonly pdu: Buffer;
  readonly commandId: number;
  readonly options: PduFieldsOptions;
}

function headerFields(pdu: Buffer): PduField[] {
  return Object.entries(HeaderOffset).flatMap(([name, start]) => {
    const size = name === "length" ? 4 : 2;
    if (start + size > pdu.length) return [];
    const value = pdu.readUIntBE(start, size);
    return [part(name, start, start + size, headerText(name, value, pdu.length))];
  });
}

function headerText(name: string, value: number, size: number): string {
  if (name === "commandId") return `${hexId(value)} ${commandById(value)?.name ?? "unknown command"}`;
  if (name === "serviceId") return hexId(value);
  return name === "length" && value !== size ? `${value} (${size} bytes are there)` : String(value);
}

function messageFields(
  reading: Reading,
  type: protobuf.Type | undefined,
  start: number,
  end: number,
  depth: number,
): PduField[] {
  const { fields, problem: stop } = wireFields(reading.pdu, start, end, FIELDS_MAX);
  const seen = new Map<number, number>();
  const msgType = contentType(type, fields);
  const found = fields.map((wire) => {
    const index = seen.get(wire.number) ?? 0;
    seen.set(wire.number, index + 1);
    const field = type?.fieldsById[wire.number];
    if (field === undefined || !fits(field, wire)) return unknownField(reading.pdu, wire);
    return knownField(reading, field.resolve(), wire, index, msgType, depth);
  });
  return stop === undefined ? found : [...found, problem(stop.offset, end, stop.message)];
}

function knownField(
  reading: Reading,
  field: protobuf.Field,
  wire: WireField,
  index: number,
  msgType: number | undefined,
  depth: number,
): PduField {
  const { pdu } = reading;
  const { start, valueStart, end, wireType } = wire;
  const name = field.repeated ? `${field.name}[${index}]` : field.name;
  const base = { name, number: wire.number, start, valueStart, end, wireType, content: null, fields: [] };
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    const fields = depth < DEPTH_MAX ? messageFields(reading, resolvedType, valueStart, end, depth + 1) : [];
    return { ...base, kind: "message", text: resolvedType.name, fields };
  }
  const value = pdu.subarray(valueStart, end);
  if (wire.varint === undefined && field.type !== "string" && field.type !== "bytes") {
    return { ...base, kind: "field", text: `packed ${bytesText(value)}` };
  }
  if (wire.varint !== undefined) return { ...base, kind: "field", text: varintText(resolvedType, wire.varint) };
  if (field.type === "string") return { ...base, kind: "field", text: quoted(value.toString("utf8")) };
  if (field.name === "attach_data") {
    return {
      ...base,
      kind: "field",
      text: `${value.length} bytes`,
      fields: attachFields(reading, valueStart, end, depth),
    };
  }
  const isContent = field.name === "msg_data" || field.name === "latest_msg_data";
  const content = isContent && msgType !== undefined ? contentText(msgType, value, reading.options.textKey) : null;
  return { ...base, kind: "field", text: bytesText(value), content };
}

function attachFields(reading: Reading, start: number, end: number, depth: number): PduField[] {
  const bytes = reading.pdu.subarray(start, end);
  if (depth >= DEPTH_MAX || bytes.length === 0) return [];
  const carried = carriedMessage(reading.commandId, bytes);
  const body = (from: number): PduField[] =>
    messageFields(reading, carried && messageType(carried.messageName), start + from, end, depth + 1);
  try {
    const { type, handle, serviceType, pdu } = decodeAttachData(bytes);
    const fixed = [
      part("type", start, start + 4, `${attachTypeName(type) ?? "?"} (${type})`),
      part("handle", start + 4, start + 8, String(handle)),
      part("service_type", start + 8, start + 12, String(serviceType)),
    ];
    if (pdu === undefined) return fixed;
    const from = bytes.length - pdu.length;
    fixed.push(part("pdu_length", start + 12, start + from, String(pdu.length)));
    return pdu.length === 0
      ? fixed
      : [...fixed, { ...part("pdu", start + from, end, named(carried)), fields: body(from) }];
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (carried !== undefined) return [{ ...part("pdu", start, end, named(carried)), fields: body(0) }];
    return [{ ...part("attach_data", start, end, error.message), kind: "problem" }];
  }
}

function named(carried: { messageName: string } | undefined): string {
  return carried?.messageName ?? "a body of an unknown message";
}

/** The type that says how the content beside it is to be read. */
function contentType(type: protobuf.Type | undefined, fields: readonly WireField[]): number | undefined {
  const field = type?.fields.msg_type ?? type?.fields.latest_msg_type;
  const wire = fields.findLast(({ number }) => number === field?.id);
  return field === undefined || wire?.varint === undefined ? undefined : Number(wire.varint);
}

function contentText(msgType: number, value: Buffer, textKey: string | undefined): string | null {
  const text = messageText(msgType, value, textKey);
  return text === null ? audioText(msgType, value) : quoted(text);
}

/** proto2 reads a field with another wire type than its own as an unknown one; repeated numbers may be packed (FRM-13). */
function fits(field: protobuf.Field, { wireType }: WireField): boolean {
  const isLen =
    field.type === "string" || field.type === "bytes" || field.resolve().resolvedType instanceof protobuf.Type;
  return wireType === (isLen ? "len" : "varint") || (!isLen && field.repeated && wireType === "len");
}

function varintText(resolvedType: protobuf.ReflectionObject | null, value: bigint): string {
  if (!(resolvedType instanceof protobuf.Enum)) return String(value & 0xffff_ffffn);
  const name = resolvedType.valuesById[Number(BigInt.asIntN(32, value))];
  return name === undefined ? `${value} (not in ${resolvedType.name})` : `${name} (${value})`;
}

function unknownField(pdu: Buffer, wire: WireField): PduField {
  const { number, start, valueStart, end, wireType } = wire;
  const text = wire.varint === undefined ? bytesText(pdu.subarray(valueStart, end)) : String(wire.varint);
  return {
    name: "unknown",
    number,
    start,
    valueStart,
    end,
    wireType,
    text,
    content: null,
    kind: "unknown",
    fields: [],
  };
}

/** Written out: objects made by spreading took most of the time that a tree took. */
function part(name: string, start: number, end: number, text: string): PduField {
  return {
    name,
    number: null,
    start,
    end,
    valueStart: start,
    wireType: null,
    text,
    content: null,
    kind: "header",
    fields: noFields,
  };
}

const noFields: readonly PduField[] = [];

function problem(start: number, end: number, message: string): PduField {
  return { ...part("problem", start, end, message), kind: "problem" };
}
