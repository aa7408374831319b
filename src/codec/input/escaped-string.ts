import { laterPduBytes, looksLikePdu, wholePduBytes } from "./chunk-content.js";
import { InputError } from "./input-error.js";
import type { Finding } from "./input-shape.js";
import type { SourceText } from "./source-text.js";
import { bytesOfString, type StringDialect, stringDialects } from "./string-bytes.js";

/** Escapes that stand for bytes: `\x00`, `\u0000`, `\u{0}`, Perl's `\x{0}`, `\000`. Text without any is no string of bytes. */
const byteEscape = /\\(?:x[0-9a-f]{1,2}|u[0-9a-f]{4}|[ux]\{[0-9a-f]{1,6}\}|[0-7]{1,3})/i;

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
    if (joined.some((piece) => hasByteEscape(source.text, piece))) findings.push(...findingsOf(source, joined));
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

const quotedEscape = /(?<![^\s(=,[:{bB$])["'](?:[^"'\\]|\\[^\n]){0,200}\\[xu0-7]/;
const repeatsMax = 1 << 20;
const repeatsMark = / <repeats (\d+) times>/y;

function* pieces(text: string): Generator<Piece> {
  // Quotes without an escape in them are prose's: only the opening one is passed over, for the next may open a string.
  const opening = /["'`]|\\(?:x[0-9a-f]{2}|x\{[0-9a-f]{1,2}\}|u[0-9a-f]{4}|[0-7]{3})/giy;
  for (let at = 0; at < text.length; ) {
    opening.lastIndex = at;
    const found = opening.exec(text)?.[0];
    if (found === undefined) {
      at = nextOpening(text, at);
      continue;
    }
    let piece = found.length === 1 ? quoted(text, at, true) : unquoted(text, at);
    if (piece === undefined) at++;
    for (; piece !== undefined; piece = nextPiece(text, piece)) {
      yield piece;
      at = piece.end;
    }
  }
}

const joint = /[\s\\+]{0,200}[bB]?(?=["'])|, (?=["'])/y;

/** A string's next piece may have no escape of its own. */
function nextPiece(text: string, before: Piece): Piece | undefined {
  joint.lastIndex = before.end;
  if (!joint.test(text)) return undefined;
  const piece = quoted(text, joint.lastIndex, false);
  return piece !== undefined && areJoined(text, before, piece) ? piece : undefined;
}

/** The next place where a string can begin. A quote behind a backslash opens none. */
function nextOpening(text: string, at: number): number {
  const next = /["'`\\]/g;
  next.lastIndex = text[at] === "\\" ? at + 2 : at + 1;
  return next.exec(text)?.index ?? text.length;
}

function quoted(text: string, at: number, needsEscape: boolean): Piece | undefined {
  const close = closingQuote(text, at);
  if (close < 0) return undefined;
  const piece = { start: at, contentStart: at + 1, contentEnd: close, end: close + 1, repeats: 1 };
  if (needsEscape && !hasByteEscape(text, piece)) return undefined;
  // Markdown's sign of code is around the string, with its own quotes.
  if (text[at] === "`" && quotedEscape.test(text.slice(at + 1, close))) return undefined;
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

/** What a printing program writes when it leaves out the rest of a string: gdb, strace. */
const cutShort = /(?:\.\.\.|…)/y;

function findingsOf(source: SourceText, joined: readonly Piece[]): Finding[] {
  const finding = findingOf(source, joined);
  cutShort.lastIndex = finding.end;
  if (finding.content instanceof InputError || !cutShort.test(source.text)) return [finding];
  const problem = "the string was cut short when it was printed";
  const error = new InputError(
    source.positionOf(finding.end),
    problem,
    "all of it (strace -s 65535, gdb's set print elements 0)",
  );
  // Where nothing is to be seen of a PDU, strace may have printed all of it as a dump behind the call.
  if (!looksLikePdu(finding.content)) return [{ ...finding, content: error, isDistinct: false }];
  // Zero width: what is there of it is read.
  return [finding, { ...finding, start: finding.end, content: error }];
}

/** Hard blanks alone come from where a text was copied, not from bytes. */
const binaryCharacter = /[\u0080-\u009f\u00a1-\u00ff]/;

function isWithoutLatin1({ characters }: StringDialect): boolean {
  return characters !== "latin1";
}

function findingOf(source: SourceText, joined: readonly Piece[]): Finding {
  const [start, end] = [joined[0]?.start ?? 0, joined.at(-1)?.end ?? 0];
  const dialects = binaryCharacter.test(source.text.slice(start, end))
    ? stringDialects
    : stringDialects.filter(isWithoutLatin1);
  const readings = dialects.map((dialect) => contentOf(source, joined, dialect));
  const isWhole = (content: Buffer | InputError): boolean =>
    content instanceof Buffer && content.length > 0 && wholePduBytes(content) === content.length;
  const content =
    readings.find(isWhole) ??
    readings.map((reading) => withLastZero(source.text, start, reading)).find(isWhole) ??
    readings.find((reading) => reading instanceof Buffer && looksLikePdu(reading)) ??
    readings.find((reading) => reading instanceof Buffer && laterPduBytes(reading) > 0) ??
    (readings[0] as Buffer | InputError);
  return { shape: "escaped-string", start, end, content, isDistinct: true };
}

/** A C string's last zero is not written, nor that of an array of characters which gdb prints as a string. */
function withLastZero(text: string, start: number, content: Buffer | InputError): Buffer | InputError {
  const isAssigned = /=\s*$/.test(text.slice(Math.max(0, start - 20), start));
  return content instanceof InputError || !isAssigned ? content : Buffer.concat([content, Buffer.alloc(1)]);
}

function contentOf(source: SourceText, joined: readonly Piece[], dialect: StringDialect): Buffer | InputError {
  const parts: Buffer[] = [];
  for (const piece of joined) {
    const content = bytesOfString(source, piece.contentStart, piece.contentEnd, dialect);
    if (content instanceof InputError) return content;
    for (let count = 0; count < piece.repeats; count++) parts.push(content);
  }
  return Buffer.concat(parts);
}
