import { looksLikePdu } from "./chunk-content.js";
import { type HexGroup, type HexLine, readHexLine } from "./hex-line.js";
import { InputError } from "./input-error.js";
import type { Finding } from "./input-shape.js";
import type { SourceText } from "./source-text.js";

const expectedHex = "hex digits, two for each byte";
const HEADER_DIGITS = 32;
/** An opening bracket before a comma, or a number of one or three digits before one. */
const listMark = /[[({][^,]{0,40},|(?<![0-9a-f])(?:\d|[12]\d\d),/i;
const proseBytesMin = 8;

/** Lines of hex that belong together. */
interface Block {
  readonly start: number;
  end: number;
  readonly digits: string[];
  /** Digits of each line but the last, while that is one number and the lines are one word each: text that was wrapped. */
  width: number | undefined;
  isSpaced: boolean;
  isWhole: boolean;
  /** The first group with an odd number of digits, at its offset in the text; `isLast` while nothing stands behind it. */
  odd: { readonly at: number; readonly count: number; isLast: boolean } | undefined;
  problem: InputError | undefined;
  /** A list of numbers, perhaps: what is wrong with it is not for hex digits to say. */
  isList: boolean;
  /** Nothing may be added any more: text followed on the line. */
  isClosed: boolean;
}

/** Hex without offsets: in one piece, wrapped over lines, in groups, between prose. */
export function findHexDigits(source: SourceText): Finding[] {
  return [...findBlocks(source), ...findRuns(source.text)];
}

/** PDUs in one piece, whatever touches them: quotes, a prompt behind them, a name before them. */
function* findRuns(text: string): Generator<Finding> {
  for (const { 0: digits, index: start } of text.matchAll(/[0-9a-f]{32,}/gi)) {
    if (digits.length % 2 !== 0 || !looksLikeHeaderDigits(digits)) continue;
    const content = Buffer.from(digits, "hex");
    yield { shape: "hex", start, end: start + digits.length, content, isDistinct: false };
  }
}

function findBlocks(source: SourceText): Finding[] {
  const findings: Finding[] = [];
  let block: Block | undefined;
  let blankBefore = false;
  const finish = (): void => {
    if (block !== undefined) findings.push(...findingsOf(source, block));
    block = undefined;
  };
  for (const { start, text } of source.lines) {
    const line = readHexLine(text);
    if (line.kind === "blank") {
      blankBefore = true;
      continue;
    }
    if (line.kind === "hex") {
      if (block === undefined || startsAnew(block, line, blankBefore)) {
        finish();
        block = newBlock(start + (line.groups[0]?.start ?? 0));
      }
      addLine(block, line, start);
      block.isList ||= listMark.test(text);
    } else if (line.kind === "prose") {
      finish();
    } else {
      block ??= newBlock(start + (line.kind === "broken" ? (line.groups[0]?.start ?? 0) : 0));
      if (block.problem === undefined) {
        const problem = problemOf(source, line, start);
        const groups = line.kind === "broken" ? line.groups : [];
        if (isCutPdu(block, groups, line.kind === "repeat")) {
          if (groups.length > 0) addLine(block, { kind: "hex", groups, isWhole: true, isAtEnd: false }, start);
          findings.push(cutFinding(block.end, problem));
          finish();
          continue;
        }
        block.problem = problem;
      }
      block.end = start + text.length;
      block.isList ||= listMark.test(text);
    }
    blankBefore = false;
  }
  finish();
  return findings;
}

function newBlock(start: number): Block {
  return {
    start,
    end: start,
    digits: [],
    width: undefined,
    isSpaced: false,
    isWhole: true,
    odd: undefined,
    problem: undefined,
    isList: false,
    isClosed: false,
  };
}

type GroupLine = Extract<HexLine, { kind: "hex" }>;

function startsAnew(block: Block, line: GroupLine, blankBefore: boolean): boolean {
  if (block.isClosed && !line.isWhole) return true;
  const begins = looksLikeHeaderDigits(digitsOf(line.groups));
  if (blankBefore) return begins || !beginsAsPdu(block);
  if (!begins || !isWidthKept(block, digitsOf(line.groups).length)) return begins;
  const isWrapped = !block.isSpaced && line.groups.length === 1;
  // Rows that begin within a PDU go on with the next one.
  return !isWrapped && beginsAsPdu(block);
}

function beginsAsPdu({ digits }: Block): boolean {
  let head = "";
  for (let line = 0; line < digits.length && head.length < HEADER_DIGITS; line++) head += digits[line];
  return looksLikeHeaderDigits(head);
}

/** What was printed of it is worth reading when it begins as a PDU does. */
function isCutPdu({ digits }: Block, groups: readonly HexGroup[], isRepeat: boolean): boolean {
  const isCut = groups.length > 0 || isRepeat;
  return isCut && looksLikeHeaderDigits(digits.join("") + digitsOf(groups));
}

/** Zero width: the bytes before it are read. */
function cutFinding(at: number, content: InputError): Finding {
  return { shape: "spaced-hex", start: at, end: at, content, isDistinct: true };
}

function isWidthKept(block: Block, length: number): boolean {
  return block.width !== undefined && length <= block.width;
}

function addLine(block: Block, { groups, isWhole, isAtEnd }: GroupLine, lineStart: number): void {
  const digits = digitsOf(groups);
  if (block.odd !== undefined) block.odd.isLast = false;
  const isFirst = block.digits.length === 0;
  if (isFirst) block.width = digits.length;
  // A shorter line can only be the last of what was wrapped.
  else if (block.width === undefined || block.width !== block.digits.at(-1)?.length || digits.length > block.width) {
    block.width = undefined;
  }
  block.isSpaced ||= groups.length > 1 || groups.some(({ isSeparated }) => isSeparated);
  block.isWhole &&= isWhole;
  block.isClosed = !isAtEnd;
  const short = groups.some(({ digits: group }) => group.length === 1) && groups.every(isPrintedWithoutZero);
  if (short) {
    block.digits.push(groups.map(({ digits: group }) => group.padStart(2, "0")).join(""));
  } else {
    const odd = groups.find(({ digits: group }) => group.length % 2 !== 0);
    if (odd !== undefined)
      block.odd ??= { at: lineStart + odd.start, count: odd.digits.length, isLast: odd === groups.at(-1) };
    block.digits.push(digits);
  }
  block.end = lineStart + (groups.at(-1)?.end ?? 0);
}

/** `%x` prints bytes below 0x10 with one digit, and then never a leading zero. */
function isPrintedWithoutZero({ digits }: HexGroup): boolean {
  return digits.length === 1 || (digits.length === 2 && !digits.startsWith("0"));
}

function digitsOf(groups: readonly HexGroup[]): string {
  return groups.length === 1 ? (groups[0]?.digits ?? "") : groups.map(({ digits }) => digits).join("");
}

function looksLikeHeaderDigits(digits: string): boolean {
  return digits.length >= HEADER_DIGITS && looksLikePdu(Buffer.from(digits.slice(0, HEADER_DIGITS), "hex"));
}

function problemOf(source: SourceText, line: HexLine, lineStart: number): InputError {
  if (line.kind === "broken") return new InputError(source.positionOf(lineStart + line.at), line.problem, expectedHex);
  return new InputError(
    source.positionOf(lineStart),
    "'*' stands for a number of lines that nothing tells",
    "offsets in the dump, or all of its lines (od -v)",
  );
}

function findingsOf(source: SourceText, block: Block): Finding[] {
  const { start, end, isWhole } = block;
  const shape = block.isSpaced ? "spaced-hex" : "hex";
  const content = block.problem ?? bytesOf(source, block);
  if (content instanceof InputError && block.isList) return [];
  if (content instanceof InputError && block.problem === undefined && isCutInByte(block)) {
    // Buffer.from drops the last digit.
    const bytes = Buffer.from(block.digits.join(""), "hex");
    return [{ shape, start, end, content: bytes, isDistinct: isWhole }, cutFinding(end, content)];
  }
  if (content instanceof InputError) return [{ shape, start, end, content, isDistinct: isWhole && block.isSpaced }];
  if (!isWhole && content.length < proseBytesMin) return [];
  const isDistinct = isWhole && content.length >= 4;
  return [{ shape, start, end, content, isDistinct }];
}

/** A PDU whose end was not copied, between the two digits of a byte: what is there of it is worth reading. */
function isCutInByte({ digits, odd }: Block): boolean {
  return odd?.isLast === true && looksLikeHeaderDigits(digits.join(""));
}

function bytesOf(source: SourceText, block: Block): Buffer | InputError {
  const digits = block.digits.join("");
  // A terminal may wrap a long line between the two digits of a byte.
  const isWrapped = !block.isSpaced && block.digits.length > 1;
  if (block.odd !== undefined && !(isWrapped && digits.length % 2 === 0)) {
    const count = isWrapped ? digits.length : block.odd.count;
    return new InputError(source.positionOf(block.odd.at), `odd number of digits (${count})`, expectedHex);
  }
  return Buffer.from(digits, "hex");
}
