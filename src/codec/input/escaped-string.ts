import { InputError } from "./input-error.js";
import type { Finding } from "./input-shape.js";
import type { SourceText } from "./source-text.js";

/** Escapes that stand for bytes: `\x00`, `\u0000`, `\u{0}`, `\000`. Text without any is no string of bytes. */
const byteEscape = /\\(?:x[0-9a-f]{1,2}|u[0-9a-f]{4}|u\{[0-9a-f]{1,6}\}|[0-7]{1,3})/i;
const anyEscape = /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|([0-7]{1,3})|(\r?\n)|([\s\S]))/giy;

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  e: 0x1b,
};

/** One quoted piece, or an unquoted stretch of escapes. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  /** gdb's `'\000' <repeats 12 times>`. */
  readonly repeats: number;
}

/** Strings of many languages that hold bytes as escapes. Adjacent pieces are one string, as in C and Python. */
export function findEscapedStrings(source: SourceText): Finding[] {
  const findings: Finding[] = [];
  let joined: Piece[] = [];
  const finish = (): void => {
    if (joined.some((piece) => hasByteEscape(source.text, piece))) findings.push(findingOf(source, joined));
    joined = [];
  };
  for (const piece of pieces(source.text)) {
    const before = joined.at(-1);
    if (before !== undefined && !areJoined(source.text, before, piece)) finish();
    joined.push(piece);
  }
  finish();
  return findings;
}

function hasByteEscape(text: string, { contentStart, contentEnd }: Piece): boolean {
  return byteEscape.test(text.slice(contentStart, contentEnd));
}

/** Blanks, a line's continuation and a plus sign join pieces; gdb puts commas where a repetition begins or ends. */
function areJoined(text: string, before: Piece, piece: Piece): boolean {
  const between = text.slice(before.end, piece.start);
  if (before.repeats > 1 || piece.repeats > 1) return /^[\s,]*$/.test(between);
  return /^[\s\\+]*$/.test(between.replace(/[bB]$/, ""));
}

const repeatsMax = 1 << 20;
const repeatsMark = / <repeats (\d+) times>/y;

function* pieces(text: string): Generator<Piece> {
  // Quotes without an escape in them are prose's: only the opening one is passed over, for the next may open a string.
  const opening = /["'`]|\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[0-7]{3})/giy;
  for (let at = 0; at < text.length; ) {
    opening.lastIndex = at;
    const found = opening.exec(text)?.[0];
    if (found === undefined) {
      at = nextOpening(text, at);
      continue;
    }
    const piece = found.length === 1 ? quoted(text, at) : unquoted(text, at);
    if (piece !== undefined) yield piece;
    at = piece === undefined ? at + 1 : piece.end;
  }
}

/** The next place where a string can begin. A quote behind a backslash opens none. */
function nextOpening(text: string, at: number): number {
  const next = /["'`\\]/g;
  next.lastIndex = text[at] === "\\" ? at + 2 : at + 1;
  return next.exec(text)?.index ?? text.length;
}

function quoted(text: string, at: number): Piece | undefined {
  const close = closingQuote(text, at);
  if (close < 0) return undefined;
  const piece = { start: at, contentStart: at + 1, contentEnd: close, end: close + 1, repeats: 1 };
  if (!hasByteEscape(text, piece)) return undefined;
  repeatsMark.lastIndex = piece.end;
  const [mark, count] = repeatsMark.exec(text) ?? [];
  if (mark === undefined) return piece;
  return { ...piece, end: piece.end + mark.length, repeats: Math.min(Number(count), repeatsMax) };
}

/** On the same line, or on one that a backslash continues. */
function closingQuote(text: string, at: number): number {
  const quote = text[at];
  for (let next = at + 1; next < text.length; next++) {
    const char = text[next];
    if (char === quote) return next;
    if (char === "\n") return -1;
    if (char === "\\") next += text[next + 1] === "\r" ? 2 : 1;
  }
  return -1;
}

/** Escapes without quotes: up to the last one on the line, and to the next blank behind it. */
function unquoted(text: string, at: number): Piece {
  const lineEnd = text.indexOf("\n", at);
  const line = text.slice(at, lineEnd < 0 ? text.length : lineEnd);
  const lastEscape = line.lastIndexOf("\\");
  const tail = /^\S*/.exec(line.slice(lastEscape))?.[0] ?? "";
  const end = at + lastEscape + tail.length;
  return { start: at, contentStart: at, contentEnd: end, end, repeats: 1 };
}

function findingOf(source: SourceText, joined: readonly Piece[]): Finding {
  const [start, end] = [joined[0]?.start ?? 0, joined.at(-1)?.end ?? 0];
  const parts: Buffer[] = [];
  for (const piece of joined) {
    const content = bytesOf(source, piece);
    if (content instanceof InputError) return { shape: "escaped-string", start, end, content, isDistinct: true };
    for (let count = 0; count < piece.repeats; count++) parts.push(content);
  }
  return { shape: "escaped-string", start, end, content: Buffer.concat(parts), isDistinct: true };
}

/** Characters that are not escaped are Latin-1 beside `\u` escapes, which is how JSON carries bytes, and UTF-8 beside others. */
function bytesOf(source: SourceText, { contentStart, contentEnd }: Piece): Buffer | InputError {
  const { text } = source;
  const content = text.slice(contentStart, contentEnd);
  const isByteString = /\\u/i.test(content) && !/\\x/i.test(content);
  const bytes: number[] = [];
  for (let at = 0; at < content.length; ) {
    const code = content.codePointAt(at) ?? 0;
    if (code === 0x5c) {
      anyEscape.lastIndex = at;
      const found = anyEscape.exec(content);
      const value = found === null ? code : escapedByte(found);
      if (value !== undefined && value > 0xff) return tooLarge(source, contentStart + at);
      if (value !== undefined) bytes.push(value);
      at = found === null ? at + 1 : anyEscape.lastIndex;
      continue;
    }
    const char = String.fromCodePoint(code);
    if (code <= 0x7f || (isByteString && code <= 0xff)) bytes.push(code);
    else if (isByteString) return tooLarge(source, contentStart + at);
    else bytes.push(...Buffer.from(char, "utf8"));
    at += char.length;
  }
  return Buffer.from(bytes);
}

/** `undefined` for an escaped line break, which stands for nothing. */
function escapedByte([, hex, unicode, braced, octal, lineBreak, char]: RegExpExecArray): number | undefined {
  if (lineBreak !== undefined) return undefined;
  const digits = hex ?? unicode ?? braced;
  if (digits !== undefined) return Number.parseInt(digits, 16);
  if (octal !== undefined) return Number.parseInt(octal, 8);
  return char === undefined ? undefined : (simpleEscapes[char] ?? char.charCodeAt(0));
}

function tooLarge(source: SourceText, at: number): InputError {
  return new InputError(source.positionOf(at), "a character above 0xff is no byte", "characters from \\x00 to \\xff");
}
