import type { PduField } from "../../codec/record/pdu-fields.js";
import type { Theme } from "../theme.js";
import { topOf } from "./list-position.js";

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

/** A PDU's bytes, those of a field lit; so many lines that the field's beginning shows. */
export function pduHexLines(
  bytes: Buffer,
  field: PduField | undefined,
  height: number,
  columns: number,
  theme: Theme,
): string[] {
  const each = hexBytesALine(columns);
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
