import protobuf from "protobufjs/light.js";
import { hexId } from "../registry.js";
import { messageType } from "../schema.js";
import type { JsonObject, JsonValue } from "./body-json.js";
import type { PduRecord } from "./pdu-record.js";

export interface RecordTextOptions {
  readonly isStyled: boolean;
}

const STRING_MAX_CHARS = 200;

/** One line: when, who to whom, what, seq_num, size, and what is wrong with it. */
export function recordLine(record: PduRecord, options: RecordTextOptions): string {
  const { bold, dim, red } = palette(options.isStyled);
  const { header, error } = record;
  const parts = [
    dim(`#${record.seq}`),
    ...(record.time === null ? [dim(`@${record.offset}`)] : [dim(record.time)]),
    ...(record.conn === null ? [] : [record.conn.replace(">", " > ")]),
    ...(record.dir === null ? [] : [dim(record.dir)]),
    ...(header === null ? [] : [hexId(header.commandId), bold(record.command ?? "unknown command")]),
    ...(header === null ? [] : [dim(`seq ${header.seqNum}`), dim(`${header.length} bytes`)]),
    ...(error === null ? [] : [red(`${error.code}: ${error.message}`)]),
  ];
  return parts.join("  ");
}

/** The line, then header oddities, body with field numbers, decrypted text, attach_data and unknown fields. */
export function recordTree(record: PduRecord, options: RecordTextOptions): string {
  const { dim, yellow } = palette(options.isStyled);
  const lines = [recordLine(record, options)];
  const { header } = record;
  if (header !== null && (header.version !== 1 || header.flag !== 0 || header.reserved !== 0)) {
    lines.push(dim(`    header: version ${header.version}, flag ${header.flag}, reserved ${header.reserved}`));
  }
  if (record.message !== null && record.body !== null) {
    lines.push(`    ${record.message}`, ...fieldLines(messageType(record.message), record.body, "      ", dim));
  }
  if (record.text !== null) lines.push(`    ${yellow("text")}: ${JSON.stringify(record.text)}`);
  if (record.attach !== null) lines.push(`    ${yellow("attach_data")}: ${inline(record.attach)}`);
  for (const { path, field, wireType, hex } of record.unknownFields) {
    lines.push(`    ${yellow("unknown")}: ${path === "" ? "" : `in ${path}, `}field ${field} (${wireType}) ${hex}`);
  }
  return lines.join("\n");
}

function fieldLines(type: protobuf.Type, body: JsonObject, indent: string, dim: (text: string) => string): string[] {
  return type.fieldsArray.flatMap((field) => {
    const value = body[field.name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    const label = `${indent}${dim(String(field.id).padStart(2))} ${field.name}`;
    const { resolvedType } = field;
    if (!(resolvedType instanceof protobuf.Type)) return [`${label} = ${scalarText(field, value)}`];
    const nested = Array.isArray(value) ? value : [value];
    return nested.flatMap((entry, index) => [
      `${label}${field.repeated ? `[${index}]` : ""}`,
      ...fieldLines(resolvedType, entry as JsonObject, `${indent}   `, dim),
    ]);
  });
}

function scalarText(field: protobuf.Field, value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((entry) => scalarText(field, entry)).join(", ")}]`;
  if (field.type === "bytes") return bytesText(Buffer.from(String(value), "base64"));
  if (field.resolvedType instanceof protobuf.Enum) {
    const number = field.resolvedType.values[String(value)];
    return number === undefined ? String(value) : `${value} (${number})`;
  }
  return typeof value === "string" ? shorten(JSON.stringify(value)) : String(value);
}

/** Text when it is text, hex otherwise. */
function bytesText(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(bytes) && !/\p{Cc}/u.test(text);
  return `${isText ? shorten(JSON.stringify(text)) : shorten(bytes.toString("hex"))} (${bytes.length} bytes)`;
}

function inline(json: JsonObject): string {
  return Object.entries(json)
    .map(([key, value]) => `${key} ${typeof value === "string" ? shorten(value) : JSON.stringify(value)}`)
    .join(", ");
}

function shorten(text: string): string {
  return text.length <= STRING_MAX_CHARS ? text : `${text.slice(0, STRING_MAX_CHARS)}… (${text.length} characters)`;
}

function palette(isStyled: boolean): Record<"bold" | "dim" | "red" | "yellow", (text: string) => string> {
  const style = (on: number, off: number) => (text: string) => (isStyled ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { bold: style(1, 22), dim: style(2, 22), red: style(31, 39), yellow: style(33, 39) };
}
