import { type PduField, type PduFieldsOptions, pduFields } from "./pdu-fields.js";
import { type TextStyle, textStyle } from "./text-style.js";

const BYTES_A_LINE = 16;
const HEX_WIDTH = BYTES_A_LINE * 3 - 1;
/** Lines of one field's bytes; the rest of a long one is counted. */
const FIELD_LINES_MAX = 64;

export interface HexLine {
  readonly start: number;
  readonly end: number;
  /** Field whose bytes these are: own bytes only, a message's tag and length without what is in it. */
  readonly field: PduField;
  readonly depth: number;
  /** Whether the line begins the field, and says what it is. */
  readonly isFirst: boolean;
  /** Bytes of the field that no line shows, behind this one. */
  readonly omitted: number;
}

/** A PDU as lines of at most 16 bytes, each of one field alone. Every byte stands on exactly one line, or is counted as omitted. */
export function hexLines(pdu: Buffer, options: PduFieldsOptions = {}): HexLine[] {
  return pduFields(pdu, options).flatMap((field) => linesOf(field, 0));
}

function linesOf(field: PduField, depth: number): HexLine[] {
  const [first] = field.fields;
  const ownEnd = first === undefined ? field.end : first.start;
  const count = Math.max(1, Math.ceil((ownEnd - field.start) / BYTES_A_LINE));
  const shown = Math.min(count, FIELD_LINES_MAX);
  const own = Array.from({ length: shown }, (_, index) => {
    const start = field.start + index * BYTES_A_LINE;
    const end = Math.min(start + BYTES_A_LINE, ownEnd);
    return { start, end, field, depth, isFirst: index === 0, omitted: index === shown - 1 ? ownEnd - end : 0 };
  });
  return [...own, ...field.fields.flatMap((inner) => linesOf(inner, depth + 1))];
}

/** The hex view of one PDU: offset, bytes, and beside them the field that they are; colours tell neighbours apart. */
export function annotatedHex(pdu: Buffer, options: PduFieldsOptions & { readonly isStyled: boolean }): string {
  const style = textStyle(options.isStyled);
  let colour = -1;
  const lines = hexLines(pdu, options).map((line) => {
    if (line.isFirst) colour++;
    return lineText(pdu, line, colour, style);
  });
  return lines.join("\n");
}

function lineText(pdu: Buffer, line: HexLine, colour: number, style: TextStyle): string {
  const hex = pdu.toString("hex", line.start, line.end).replace(/..(?=.)/g, "$& ");
  const offset = style.dim(line.start.toString(16).padStart(8, "0"));
  const label = line.isFirst ? `${"  ".repeat(line.depth)}${fieldLabel(line.field, style)}` : "";
  const omitted = line.omitted === 0 ? "" : style.dim(`  … ${line.omitted} more bytes`);
  return `    ${offset}  ${style.nth(colour, hex)}${" ".repeat(HEX_WIDTH - hex.length)}  ${label}${omitted}`.trimEnd();
}

/** What stands beside a field's bytes: number, name and value. */
export function fieldLabel(field: PduField, style: TextStyle): string {
  if (field.kind === "problem") return style.red(`${field.name}: ${field.text}`);
  const number = field.number === null ? "" : `${style.dim(String(field.number))} `;
  const name = field.kind === "unknown" ? `unknown (${field.wireType})` : field.name;
  const content = field.content === null ? "" : ` ${style.yellow(field.content)}`;
  return `${number}${name} = ${field.text}${content}`;
}
