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
const textBytesLookedAt = 4096;

/** Whether a file that begins with these bytes is text: UTF-16 with its mark (PowerShell's `>`), or free of control characters. */
export function isText(head: Buffer): boolean {
  if (isUtf16(head)) return true;
  return !head.subarray(0, textBytesLookedAt).some(isControl);
}

/**
 * UTF-8, or UTF-16 of either byte order when a mark says so; the mark and terminal colours are left out, and lines end with a
 * line feed also where they ended with a carriage return alone.
 */
export function decodeText(bytes: Buffer): string {
  const text = textOf(bytes).replaceAll(terminalColours, "");
  return text.includes("\n") ? text : text.replaceAll("\r", "\n");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character.
const terminalColours = /^\ufeff|\u001b\[[\d;]*m/g;

function textOf(bytes: Buffer): string {
  if (!isUtf16(bytes)) return bytes.toString("utf8");
  if (bytes.readUInt16BE(0) === UTF16_LE_MARK) return bytes.toString("utf16le");
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString("utf16le");
}

function isUtf16(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  const mark = bytes.readUInt16BE(0);
  return mark === UTF16_LE_MARK || mark === UTF16_BE_MARK;
}

/** Tab, line feed, form feed, carriage return and escape occur in text. */
function isControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d && byte !== 0x1b;
}
