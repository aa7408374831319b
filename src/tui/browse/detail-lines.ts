import type { PduField } from "../../codec/record/pdu-fields.js";
import { fitted } from "../components/fit-text.js";
import { topOf } from "../components/list-position.js";
import { same, type Theme } from "../theme.js";
import type { Browser, FieldLine } from "./browser.js";
import { connectionText, durationText } from "./pdu-words.js";

/** Which PDU is selected, which way it went, and what answers it. */
export function detailHeading({ index, selectedRow: row }: Browser): string {
  if (row === undefined) return "";
  const pair = index.pair(row);
  const parts = [`#${row + 1}`, index.direction(row) ?? "", pair === undefined ? "" : pairText(index, row, pair)];
  return parts.filter((part) => part !== "").join("  ");
}

/** Who sent it to whom, whose connection it is, and where in the connection it stands. */
export function whereText({ index, selectedRow: row }: Browser): string {
  if (row === undefined) return "";
  return [connectionText(index, row), `byte ${index.streamOffset(row)}`].filter((part) => part !== "").join("  ");
}

function pairText(index: Browser["index"], row: number, pair: number): string {
  const isRequest = pair > row;
  const [from, to] = [index.timeMicros(Math.min(row, pair)), index.timeMicros(Math.max(row, pair))];
  const took = from === undefined || to === undefined ? "" : ` after ${durationText(to - from)}`;
  return isRequest ? `answered by #${pair + 1}${took}` : `answers #${pair + 1}${took}`;
}

/** The fields of the selected PDU, so many lines around the selected one. */
export function fieldLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const { fieldLines: lines, fieldAt, focus } = browser;
  const top = topOf(fieldAt, lines.length, height);
  return lines.slice(top, top + height).map((line, at) => {
    const isSelected = top + at === fieldAt;
    if (!isSelected) return `  ${fieldText(line, theme)}`;
    const marked = `${theme.isStyled && focus === "fields" ? "  " : "> "}${fieldText(line, undefined)}`;
    return focus === "fields" ? theme.selected(fitted(marked, columns)) : marked;
  });
}

function fieldText({ field, depth }: FieldLine, theme: Theme | undefined): string {
  const dim = theme?.dim ?? same;
  const indent = "  ".repeat(depth);
  if (field.kind === "problem") return `${indent}${(theme?.bad ?? same)(`${field.name}: ${field.text}`)}`;
  const number = field.number === null ? "" : `${dim(String(field.number))} `;
  const name = field.kind === "unknown" ? (theme?.warn ?? same)(`unknown (${field.wireType})`) : nameText(field, theme);
  const content = field.content === null ? "" : ` ${(theme?.good ?? same)(field.content)}`;
  return `${indent}${number}${name} = ${content === "" ? field.text : content.trim()}`;
}

function nameText(field: PduField, theme: Theme | undefined): string {
  const dim = theme?.dim ?? same;
  return field.kind === "header" ? dim(field.name) : field.name;
}

const OFFSET_DIGITS = 4;
const HEX_GAPS = 4;

/** Bytes a line for so many columns: 16 where they fit, else 8. */
export function hexBytesALine(columns: number): number {
  return columns >= hexColumnsFor(16) ? 16 : 8;
}

/** Columns that a line of so many bytes takes. */
export function hexColumnsFor(bytes: number): number {
  return OFFSET_DIGITS + bytes * 4 + HEX_GAPS;
}

/** How many bytes the PDU has, and where the selected field's are. */
export function bytesHeading({ index, selectedRow: row, selectedField: field }: Browser): string {
  if (row === undefined) return "";
  const all = `${index.bytes(row).length} bytes`;
  return field === undefined ? all : `${field.name}: ${field.start}…${field.end} of ${all}`;
}

/** The selected PDU's bytes, those of the selected field lit; so many lines that the field's beginning shows. */
export function hexLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const row = browser.selectedRow;
  if (row === undefined) return [];
  const bytes = browser.index.bytes(row);
  const each = hexBytesALine(columns);
  const field = browser.selectedField;
  const lines = Math.ceil(bytes.length / each);
  const first = Math.floor((field?.start ?? 0) / each);
  const last = Math.floor(Math.max(field?.start ?? 0, (field?.end ?? 1) - 1) / each);
  // The whole field when it fits, with what is around it; else its beginning.
  const middle = last - first < height ? Math.floor((first + last) / 2) : first + Math.floor(height / 2);
  const top = topOf(middle, lines, height);
  return Array.from({ length: Math.max(0, Math.min(height, lines - top)) }, (_, line) =>
    hexLine(bytes, (top + line) * each, each, field, theme),
  );
}

function hexLine(bytes: Buffer, at: number, each: number, field: PduField | undefined, theme: Theme): string {
  const isLit = (offset: number) => field !== undefined && offset >= field.start && offset < field.end;
  let hex = "";
  let text = "";
  for (let offset = at; offset < at + each; offset++) {
    const byte = bytes[offset];
    // Without colours brackets stand around what is lit, in the blanks between bytes.
    const opens = isLit(offset) && !(offset > at && isLit(offset - 1));
    const closes = offset > at && isLit(offset - 1) && !isLit(offset);
    const gap = theme.isStyled ? (isLit(offset) && !opens ? theme.lit(" ") : " ") : opens ? "[" : closes ? "]" : " ";
    if (byte === undefined) {
      hex += `${gap}  `;
      continue;
    }
    const digits = byte.toString(16).padStart(2, "0");
    const char = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
    hex += gap + (isLit(offset) ? theme.lit(digits) : digits);
    text += isLit(offset) ? theme.lit(char) : char;
  }
  const end = !theme.isStyled && isLit(at + each - 1) ? "]" : " ";
  return `${theme.dim(at.toString(16).padStart(OFFSET_DIGITS, "0"))} ${hex}${end} ${text}`;
}
