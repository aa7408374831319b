import { commandByObsoleteId, hexId } from "../registry.js";
import { annotatedHex } from "./annotated-hex.js";
import { type PduField, pduFields } from "./pdu-fields.js";
import type { PduRecord } from "./pdu-record.js";
import { deltaText, timeText } from "./record-time.js";
import { type TextStyle, textStyle } from "./text-style.js";

export interface RecordTextOptions {
  readonly isStyled: boolean;
  /** Times in UTC, not in the local time zone. */
  readonly isUtc?: boolean;
  /** The time of the record before this one: the difference is shown. */
  readonly previousTime?: string | null;
  /** 32 bytes: the deployment's key for message text. */
  readonly textKey?: string;
}

const LIST_SHOWN_MAX = 100;

/** One line: when, who to whom, what, seq_num, size, text, and what is wrong with it. */
export function recordLine(record: PduRecord, options: RecordTextOptions): string {
  const style = textStyle(options.isStyled);
  const { bold, dim, red } = style;
  const { header, error } = record;
  const parts = [
    dim(`#${record.seq}`),
    ...whenParts(record, options).map(dim),
    ...(record.conn === null ? [] : [record.conn.replace(">", " > ")]),
    ...(record.dir === null ? [] : [dim(record.dir)]),
    ...(header === null ? [] : [hexId(header.commandId), bold(nameOf(record, header.commandId))]),
    ...(header === null ? [] : [dim(`seq ${header.seqNum}`), dim(`${header.length} bytes`)]),
    ...(error === null ? [] : [red(`${error.code}: ${error.message}`)]),
  ];
  return parts.join("  ");
}

/** The line, then every field of the body with its offset in the PDU, its number and what it says. */
export function recordTree(record: PduRecord, pdu: Buffer, options: RecordTextOptions): string {
  const style = textStyle(options.isStyled);
  const lines = [recordLine(record, options)];
  if (pdu.length === 0) return lines.join("\n");
  const { header, message } = record;
  if (header !== null && (header.version !== 1 || header.flag !== 0 || header.reserved !== 0)) {
    lines.push(style.dim(`    header: version ${header.version}, flag ${header.flag}, reserved ${header.reserved}`));
  }
  const fields = pduFields(pdu, options).filter(({ kind }) => kind !== "header");
  if (message !== null && (record.error === null || fields.length > 0)) lines.push(`    ${message}`);
  return [...lines, ...fieldLines(fields, 0, style)].join("\n");
}

/** The line, then the annotated hex view. */
export function recordHex(record: PduRecord, pdu: Buffer, options: RecordTextOptions): string {
  return pdu.length === 0
    ? recordLine(record, options)
    : `${recordLine(record, options)}\n${annotatedHex(pdu, options)}`;
}

function whenParts({ time, offset }: PduRecord, { isUtc, previousTime }: RecordTextOptions): string[] {
  if (time === null) return [`@${offset}`];
  const delta = previousTime == null ? [] : [deltaText(time, previousTime)];
  return [timeText(time, isUtc ?? false), ...delta];
}

function nameOf(record: PduRecord, commandId: number): string {
  if (record.command !== null) return record.command;
  const current = commandByObsoleteId(commandId);
  return current === undefined ? "unknown command" : `obsolete alias of ${hexId(current.id)} ${current.name}`;
}

function fieldLines(fields: readonly PduField[], depth: number, style: TextStyle): string[] {
  const lines: string[] = [];
  for (let at = 0; at < fields.length; ) {
    const first = fields[at] as PduField;
    const count = listLength(fields, at);
    lines.push(
      ...(count > 1 ? [listLine(fields.slice(at, at + count), depth, style)] : [fieldLine(first, depth, style)]),
    );
    lines.push(...fieldLines(first.fields, depth + 1, style));
    at += count;
  }
  return lines;
}

/** How many fields from `at` on are elements of one list of numbers or strings: they share a line. */
function listLength(fields: readonly PduField[], at: number): number {
  const first = fields[at] as PduField;
  if (first.kind !== "field" || !first.name.endsWith("]")) return 1;
  let end = at + 1;
  while (fields[end]?.kind === "field" && fields[end]?.number === first.number) end++;
  return end - at;
}

function listLine(fields: readonly PduField[], depth: number, style: TextStyle): string {
  const [first] = fields as [PduField];
  const shown = fields.slice(0, LIST_SHOWN_MAX).map(({ text }) => text);
  const more = fields.length > LIST_SHOWN_MAX ? `, … ${fields.length - LIST_SHOWN_MAX} more` : "";
  return `${margin(first, depth, style)} ${first.name.replace(/\[\d+\]$/, "")} = [${shown.join(", ")}${more}]`;
}

function fieldLine(field: PduField, depth: number, style: TextStyle): string {
  const start = margin(field, depth, style);
  const content = field.content === null ? "" : `  ${style.yellow(field.content)}`;
  if (field.kind === "problem") return `${start} ${style.red(`${field.name}: ${field.text}`)}`;
  if (field.kind === "unknown") return `${start} ${style.yellow("unknown")} (${field.wireType}) = ${field.text}`;
  return `${start} ${field.name} ${field.kind === "message" ? "" : "= "}${field.text}${content}`;
}

/** Offset in the PDU in hex, as the hex view counts, and the field's number. */
function margin(field: PduField, depth: number, style: TextStyle): string {
  const offset = field.start.toString(16).padStart(4, "0");
  const number = field.number === null ? "" : String(field.number);
  return `    ${style.dim(offset)}  ${"   ".repeat(depth)}${style.dim(number.padStart(2))}`;
}
