import protobuf from "protobufjs/light.js";
import { messageType } from "../schema.js";

/** How one field is written. Bytes are not: what they hold may be shown decrypted or taken apart. */
interface PlainField {
  readonly number: number;
  /** `"user_id":` */
  readonly key: string;
  readonly kind: "uint32" | "enum" | "string" | "message" | "bytes";
  readonly isRepeated: boolean;
  readonly isRequired: boolean;
  /** Names in quotes, by number. */
  readonly names: ReadonlyMap<number, string> | undefined;
  readonly message: PlainMessage | undefined;
}

interface PlainMessage {
  /** By their numbers, as bodyToJson lists them. */
  readonly fields: readonly PlainField[];
}

const known = new Map<string, PlainMessage>();
const plainText = /^[ !#-[\]-~]*$/;
const replacement = "\ufffd";

/** Where reading goes on, and the number that a varint held; one pair is enough, for nothing here is asynchronous. */
let at = 0;
let number = 0;

/**
 * A body straight from its bytes to the JSON text of `bodyToJson`, where it is as every implementation writes it: fields in the
 * order of their numbers, each of its type, none missing or unknown, no bytes. `undefined` for every other body, also a broken
 * one: those take the long way round. Hot: most PDUs of a capture are such.
 */
export function plainBodyText(messageName: string, bytes: Buffer, start: number, end: number): string | undefined {
  at = start;
  return messageText(known.get(messageName) ?? remembered(messageName), bytes, end);
}

function remembered(messageName: string): PlainMessage {
  const message = plainMessage(messageType(messageName));
  known.set(messageName, message);
  return message;
}

function plainMessage(type: protobuf.Type): PlainMessage {
  return { fields: type.fieldsArray.map((field) => plainField(field.resolve())) };
}

function plainField({ id, name, type, repeated, required, resolvedType }: protobuf.Field): PlainField {
  const isEnum = resolvedType instanceof protobuf.Enum;
  const isMessage = resolvedType instanceof protobuf.Type;
  const names = isEnum ? Object.entries(resolvedType.valuesById) : [];
  return {
    number: id,
    key: `${JSON.stringify(name)}:`,
    kind: isEnum ? "enum" : isMessage ? "message" : (type as "uint32" | "string" | "bytes"),
    isRepeated: repeated,
    isRequired: required,
    names: isEnum ? new Map(names.map(([value, text]) => [Number(value), JSON.stringify(text)])) : undefined,
    message: isMessage ? plainMessage(resolvedType) : undefined,
  };
}

function messageText({ fields }: PlainMessage, bytes: Buffer, end: number): string | undefined {
  let text = "{";
  let next = 0;
  while (at < end) {
    if (!readVarint(bytes, end)) return undefined;
    const tag = number;
    let field = fields[next++];
    for (; field !== undefined && field.number !== tag >>> 3; field = fields[next++]) {
      if (field.isRequired) return undefined;
      if (field.isRepeated) text += `${text === "{" ? "" : ","}${field.key}[]`;
    }
    if (field === undefined || field.kind === "bytes") return undefined;
    const value = field.isRepeated ? listText(field, tag, bytes, end) : valueText(field, tag, bytes, end);
    if (value === undefined) return undefined;
    text += text === "{" ? field.key + value : `,${field.key}${value}`;
  }
  for (; next < fields.length; next++) {
    const field = fields[next];
    if (field?.isRequired) return undefined;
    if (field?.isRepeated) text += `${text === "{" ? "" : ","}${field.key}[]`;
  }
  return `${text}}`;
}

/** All the values of a repeated field, of which the first tag was read. */
function listText(field: PlainField, tag: number, bytes: Buffer, end: number): string | undefined {
  let text = "[";
  for (;;) {
    const value = valueText(field, tag, bytes, end);
    if (value === undefined) return undefined;
    text += value;
    const resume = at;
    if (at >= end || !readVarint(bytes, end) || number !== tag) {
      at = resume;
      return `${text}]`;
    }
    text += ",";
  }
}

function valueText(field: PlainField, tag: number, bytes: Buffer, end: number): string | undefined {
  if (!readVarint(bytes, end)) return undefined;
  if (field.kind === "uint32") return (tag & 7) === 0 ? String(number) : undefined;
  if (field.kind === "enum") return (tag & 7) === 0 ? field.names?.get(number) : undefined;
  const valueEnd = at + number;
  if ((tag & 7) !== 2 || valueEnd > end) return undefined;
  if (field.message !== undefined) return messageText(field.message, bytes, valueEnd);
  const value = bytes.toString("utf8", at, valueEnd);
  at = valueEnd;
  if (plainText.test(value)) return `"${value}"`;
  return value.includes(replacement) ? undefined : JSON.stringify(value);
}

/** At most 32 bits; false for longer ones. */
function readVarint(bytes: Buffer, end: number): boolean {
  let value = 0;
  for (let shift = 0; at < end && shift < 28; shift += 7) {
    const byte = bytes[at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      number = value;
      return true;
    }
  }
  const last = at < end ? (bytes[at++] as number) : 0xff;
  number = (value | (last << 28)) >>> 0;
  return last < 0x10;
}
