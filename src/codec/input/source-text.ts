import type { TextPosition } from "./input-error.js";
import type { RewrittenText } from "./rewritten-text.js";

/** A line without its line break: `text[start, end)`. */
export interface SourceLine {
  readonly start: number;
  readonly text: string;
}

/** Text with its lines, and the positions that its parts had when it was pasted. */
export class SourceText {
  readonly text: string;
  readonly lines: readonly SourceLine[];
  readonly #rewritten: RewrittenText | undefined;
  readonly #pasted: SourceText | undefined;

  constructor(text: string | RewrittenText, pasted?: SourceText) {
    this.text = typeof text === "string" ? text : text.text;
    this.lines = linesOf(this.text);
    this.#rewritten = typeof text === "string" ? undefined : text;
    this.#pasted = pasted;
  }

  positionOf(offset: number): TextPosition {
    if (this.#pasted !== undefined) return this.#pasted.positionOf(this.#rewritten?.originOf(offset) ?? offset);
    let [low, high] = [0, this.lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.lines[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lines[low]?.start ?? 0) + 1 };
  }
}

function linesOf(text: string): SourceLine[] {
  const lines: SourceLine[] = [];
  let start = 0;
  while (start <= text.length) {
    const found = text.indexOf("\n", start);
    const next = found < 0 ? text.length : found;
    const end = next > start && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
    lines.push({ start, text: text.slice(start, end) });
    start = next + 1;
  }
  return lines;
}

const UTF16_LE_MARK = 0xfffe;
const UTF16_BE_MARK = 0xfeff;
const UTF16_UNMARKED_BYTES_MIN = 16;
const textBytesLookedAt = 4096;

/** Whether a file that begins with these bytes is text: UTF-16 (PowerShell's `>`), or free of control characters. */
export function isText(head: Buffer): boolean {
  if (utf16OrderOf(head) !== undefined) return true;
  return !head.subarray(0, textBytesLookedAt).some(isControl);
}

/**
 * UTF-8, or UTF-16 of either byte order; the mark and what a terminal was told (colours, erased line ends, titles) are left
 * out, and lines end with a line feed also where they ended with a carriage return alone.
 */
export function decodeText(bytes: Buffer): string {
  const text = textOf(bytes).replaceAll(terminalSequences, "");
  return text.includes("\n") ? text : text.replaceAll("\r", "\n");
}

// ECMA-48: CSI with its parameters, OSC up to its end on the same line, and the choice of a character set.
const terminalSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with the escape character.
  /^\ufeff|\u001b(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\u0007\u001b\n]{0,200}(?:\u0007|\u001b\\)|[()][0-9A-B])/g;

type ByteOrder = "little-endian" | "big-endian";

function textOf(bytes: Buffer): string {
  const order = utf16OrderOf(bytes);
  if (order === undefined) return bytes.toString("utf8");
  if (order === "little-endian") return bytes.toString("utf16le");
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString("utf16le");
}

function utf16OrderOf(bytes: Buffer): ByteOrder | undefined {
  if (bytes.length < 2) return undefined;
  const mark = bytes.readUInt16BE(0);
  if (mark === UTF16_LE_MARK) return "little-endian";
  if (mark === UTF16_BE_MARK) return "big-endian";
  return unmarkedOrderOf(bytes.subarray(0, textBytesLookedAt));
}

/** Without a mark: every other byte is zero, and the ones between are text. No PDU begins so, for its length begins with zeros. */
function unmarkedOrderOf(head: Buffer): ByteOrder | undefined {
  if (head.length < UTF16_UNMARKED_BYTES_MIN) return undefined;
  if (isInterleaved(head, 0)) return "little-endian";
  return isInterleaved(head, 1) ? "big-endian" : undefined;
}

function isInterleaved(head: Buffer, textAt: 0 | 1): boolean {
  let others = 0;
  for (let at = 0; at + 1 < head.length; at += 2) {
    const char = head[at + textAt] ?? 0;
    if (head[at + 1 - textAt] !== 0) others++;
    else if (isControl(char)) return false;
  }
  // Words of other scripts around the bytes, and curly quotes.
  return others <= head.length / 16;
}

/** Bell (the end of a window's title), tab, line feed, form feed, carriage return and escape occur in text. */
const textControls: ReadonlySet<number> = new Set([0x07, 0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

function isControl(byte: number): boolean {
  return byte < 0x20 && !textControls.has(byte);
}
