import { characters, decimal, fromHex, octal, octalWords } from "./byte-columns.js";
import { laterPduBytes, looksLikePdu, wholePduBytes } from "./chunk-content.js";
import type { Finding } from "./input-shape.js";
import type { SourceLine, SourceText } from "./source-text.js";

/** How a row of numbers without an offset may be meant. */
interface RowStyle {
  readonly pattern: RegExp;
  readonly wordSize: 1 | 2 | 4 | 8;
  readonly bytesOf: (row: string) => Buffer | undefined;
}

const styles: readonly RowStyle[] = [
  { pattern: /^\s*(?:0|-?[1-9]\d{0,2})(?:\s+(?:0|-?[1-9]\d{0,2}))*\s*$/, wordSize: 1, bytesOf: decimal },
  { pattern: /^\s*[0-3][0-7]{2}(?: [0-3][0-7]{2})*\s*$/, wordSize: 1, bytesOf: octal },
  { pattern: /^(?: (?: {2}[^\n]| \\[^\n]|[0-3][0-7]{2})){1,64}$/, wordSize: 1, bytesOf: characters },
  { pattern: /^\s*[01][0-7]{5}(?: [01][0-7]{5})*\s*$/, wordSize: 2, bytesOf: octalWords },
  { pattern: /^\s*[0-9a-f]{4}(?: [0-9a-f]{4})*\s*$/i, wordSize: 2, bytesOf: spaced },
  { pattern: /^\s*[0-9a-f]{8}(?: [0-9a-f]{8})*\s*$/i, wordSize: 4, bytesOf: spaced },
  { pattern: /^\s*[0-9a-f]{16}(?: [0-9a-f]{16})*\s*$/i, wordSize: 8, bytesOf: spaced },
];

/** No dump prints longer lines. */
const ROW_LENGTH_MAX = 2000;

/**
 * Rows of numbers without offsets that hexadecimal pairs are not: od -A n, or a program's own print of decimal bytes. Any row of
 * numbers looks so; it counts where the bytes begin with a PDU, or (`isAsked`) where the reader says that it is one.
 */
export function findByteRows(source: SourceText, isAsked: boolean): Finding[] {
  return styles.flatMap((style) => rowsOf(source, style, isAsked));
}

function rowsOf({ lines }: SourceText, style: RowStyle, isAsked: boolean): Finding[] {
  const findings: Finding[] = [];
  let rows: Buffer[] = [];
  let first: SourceLine | undefined;
  let end = 0;
  const close = () => {
    const content = first === undefined ? undefined : pduIn(Buffer.concat(rows), style.wordSize, isAsked);
    if (first !== undefined && content !== undefined)
      findings.push({ shape: "od", start: first.start, end, content, isDistinct: false });
    rows = [];
    first = undefined;
  };
  for (const line of lines) {
    const { start, text } = line;
    const isRow = text.length <= ROW_LENGTH_MAX && style.pattern.test(text);
    const row = isRow ? style.bytesOf(text) : undefined;
    if (row === undefined) {
      close();
      continue;
    }
    first ??= line;
    rows.push(row);
    end = start + text.length;
  }
  close();
  return findings;
}

/** Words are turned round, as a little-endian machine prints them; in printed order they are hex digits like others. */
function pduIn(bytes: Buffer, wordSize: RowStyle["wordSize"], isAsked: boolean): Buffer | undefined {
  if (bytes.length % wordSize !== 0) return undefined;
  if (wordSize === 2) bytes.swap16();
  if (wordSize === 4) bytes.swap32();
  if (wordSize === 8) bytes.swap64();
  if (looksLikePdu(bytes)) return withoutPadding(bytes, wordSize);
  if (laterPduBytes(bytes) > 0) return bytes;
  return isAsked && wordSize === 1 ? bytes : undefined;
}

/** Zeros that fill the last word, where PDUs are whole without them. */
function withoutPadding(bytes: Buffer, wordSize: number): Buffer {
  const rest = bytes.subarray(wholePduBytes(bytes));
  const isPadding = rest.length < wordSize && rest.every((byte) => byte === 0);
  return isPadding ? bytes.subarray(0, bytes.length - rest.length) : bytes;
}

function spaced(row: string): Buffer | undefined {
  return fromHex(row.replaceAll(/\s+/g, ""));
}
