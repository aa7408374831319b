import { characters, decimal, decimalWords, fromHex, octal, octalWords } from "./byte-columns.js";
import type { InputShape } from "./input-shape.js";

/** One line of a dump that numbers its lines. */
export interface DumpLine {
  readonly shape: InputShape;
  /** Where in the line the offset begins: the two directions of a followed stream are told apart by it. */
  readonly indent: number;
  /** As printed: hexadecimal, or for od perhaps octal or decimal. */
  readonly offset: string;
  /** In the order of the line: words of 16 bits and more are still to be swapped. */
  readonly bytes: Buffer;
  /** Bytes of a word that the printing machine may have swapped; 1 where none can be. */
  readonly wordSize: number;
  /** Bytes that its columns may have beyond the last one that was there: zeros that fill a word, blanks that fill the line. */
  readonly paddingMaxBytes: number;
  /** Bytes that the first group of digits prints: what `xxd -e` reverses. */
  readonly groupSize: number;
  /** How it was recognised: the next line of the same dump is tried so first. */
  readonly style: LineStyle;
}

interface LineStyle {
  readonly shape: InputShape;
  readonly pattern: RegExp;
  /** For lines behind one of this style: what sets them apart from other dumps may be missing. */
  readonly laterPattern?: RegExp;
  readonly wordSize: number;
  readonly bytesOf: (columns: string) => Buffer | undefined;
}

// Each pattern has the groups 1 what stands before, 2 the offset, 3 the columns of bytes and perhaps of characters.
const styles: readonly LineStyle[] = [
  { shape: "gdb", pattern: /^(.*?\s|)0x([0-9a-f]+)(?: <[^>]*>)?:(\t.*|\s+0x.*)$/i, wordSize: 1, bytesOf: gdbBytes },
  { shape: "tcpdump", pattern: /^(.*?\s|)0x([0-9a-f]{4,16}): {1,3}([0-9a-f].*)$/i, wordSize: 1, bytesOf: groups },
  {
    shape: "xxd",
    // xxd -b: six groups, and blanks for those that the last line lacks.
    pattern: /^(.*?[\s>]|)([0-9a-f]{7,16}): (?=[01 ]{53} {2})([01]{8}(?: [01]{8}){0,5})(?= {2}).*$/i,
    wordSize: 1,
    bytesOf: binary,
  },
  { shape: "xxd", pattern: /^(.*?[\s>,:\])]|)([0-9a-f]{7,16}): ( {0,14}[0-9a-f].*)$/i, wordSize: 1, bytesOf: xxdBytes },
  // tcpflow's: with shorter offsets, which only words set apart from prose.
  {
    shape: "xxd",
    pattern: /^(\s*)([0-9a-f]{4,6}): ([0-9a-f]{4}(?: [0-9a-f]{4}){0,7}(?: [0-9a-f]{2})?(?: .*)?)$/i,
    wordSize: 1,
    bytesOf: groups,
  },
  // radare2's px: like xxd's, but for the offset.
  {
    shape: "xxd",
    pattern: /^(.*?[\s>]|)0x([0-9a-f]{8,16}) {2}((?:[0-9a-f]{4} ){0,7}(?:[0-9a-f]{2}){1,2})(?: {2}.*|\s*)$/i,
    wordSize: 1,
    bytesOf: groups,
  },
  // objdump -s: words of four bytes in a column of 35, then the characters.
  {
    shape: "xxd",
    pattern:
      /^(.*?[\s>]|)([0-9a-f]{4,16}) (?=[0-9a-f ]{35} {2}.{1,16}$)((?:[0-9a-f]{8} ){0,3}(?:[0-9a-f]{2}){1,4}(?: .*)?)$/i,
    // Blanks at the end of a line may be lost, and with them all its characters.
    laterPattern: /^(.*?[\s>]|)([0-9a-f]{4,16}) ((?:[0-9a-f]{8} ){0,3}(?:[0-9a-f]{2}){1,4})\s*$/i,
    wordSize: 1,
    bytesOf: groups,
  },
  {
    shape: "hexdump-c",
    // Netty has its offsets between marks, too; loggers write them right behind their own.
    pattern: /^(.*?[\s>|,:\])]|)([0-9a-f]{7,16})(?: {2,3}|\| )([0-9a-f].*\|.*)$/i,
    wordSize: 1,
    bytesOf: before("|"),
  },
  { shape: "od", pattern: /^(.*?\s|)([0-9a-f]{4,16}) ([0-9a-f].*>.*)$/i, wordSize: 1, bytesOf: before(">") },
  {
    shape: "hexdump",
    pattern: /^(\s*)([0-9a-f]{6,7})( +[0-9a-f]{4}(?: +[0-9a-f]{4})*)\s*$/i,
    wordSize: 2,
    bytesOf: spaced,
  },
  { shape: "od", pattern: /^(\s*)([0-9a-f]{6,7})((?: +[0-9a-f]{2})+)\s*$/i, wordSize: 1, bytesOf: spaced },
  // od without a type, -t o2: octal words; -t x4 and -t x8.
  { shape: "od", pattern: /^(\s*)([0-9a-f]{6,7})((?: {1,2}[01][0-7]{5})+)\s*$/i, wordSize: 2, bytesOf: octalWords },
  { shape: "od", pattern: /^(\s*)([0-9a-f]{6,7})((?: [0-9a-f]{8})+)\s*$/i, wordSize: 4, bytesOf: spaced },
  { shape: "od", pattern: /^(\s*)([0-9a-f]{6,7})((?: [0-9a-f]{16})+)\s*$/i, wordSize: 8, bytesOf: spaced },
  // Decimal words: hexdump -d, od -d (-t u2), od -i (-t d4); right-aligned but for the first one.
  { shape: "hexdump", pattern: /^(\s*)([0-9a-f]{7})((?: {3}\d{5})+)\s*$/i, wordSize: 2, bytesOf: decimalWords(2) },
  {
    shape: "od",
    pattern: /^(\s*)([0-9a-f]{6,7})((?: (?=[ \d]{5}) {0,4}\d{1,5})+)\s*$/i,
    wordSize: 2,
    bytesOf: decimalWords(2, 6),
  },
  {
    shape: "od",
    pattern: /^(\s*)([0-9a-f]{6,7})((?: (?=[- \d]{11}) {0,10}-?\d{1,10})+)\s*$/i,
    wordSize: 4,
    bytesOf: decimalWords(4, 12),
  },
  { shape: "od", pattern: /^(\s*)([0-9a-f]{6,7})((?: [0-7]{3})+)\s*$/i, wordSize: 1, bytesOf: octal },
  // -t u1 and -t d1: right-aligned in columns of four and five.
  {
    shape: "od",
    pattern: /^(\s*)([0-9a-f]{6,7})((?: (?: {2}\d| [1-9]\d|[12]\d\d))+)\s*$/i,
    wordSize: 1,
    bytesOf: decimal,
  },
  {
    shape: "od",
    pattern: /^(\s*)([0-9a-f]{6,7})((?: (?: {3}\d| {2}[-1-9]\d| [-1]\d\d|-1\d\d))+)\s*$/i,
    wordSize: 1,
    bytesOf: decimal,
  },
  {
    shape: "od",
    pattern: /^(\s*)([0-9a-f]{7})((?: (?: {2}[^\n]| \\[^\n]|[0-7]{3}))+)\s*$/i,
    wordSize: 1,
    bytesOf: characters,
  },
  {
    // Addresses of 64 bits have a mark in the middle; the lower half is enough to go on by, and what a number holds exactly.
    shape: "windbg",
    pattern:
      /^(.*?[\s>]|)(?:[0-9a-f]{8}`)?((?<=`)[0-9a-f]{8}|[0-9a-f]{8}(?= {2}(?:[0-9a-f]{2} ){7}[0-9a-f]{2}-)) {2}([0-9a-f]{2}[ -].*)$/i,
    laterPattern: /^(.*?[\s>]|)([0-9a-f]{8}) {2}([0-9a-f]{2} .*)$/i,
    wordSize: 1,
    bytesOf: windbgBytes,
  },
  // OpenSSL's, with its dash in the middle.
  {
    shape: "tshark",
    pattern: /^(.*?\s|)([0-9a-f]{4,8}) - ([0-9a-f]{2}(?:[ -].*)?)$/i,
    wordSize: 1,
    bytesOf: windbgBytes,
  },
  {
    shape: "tshark",
    pattern: /^(.*?\s|)(?:0x)?([0-9a-f]{4,16})(?:h?:)? {1,3}([0-9a-f]{2}(?: .*)?)$/i,
    wordSize: 1,
    bytesOf: pairs,
  },
];

/** Longest line that is tried; nothing prints longer ones, and the patterns' cost stays bounded. */
const lineLengthMax = 2000;

/** Reads a line as one of a numbered dump; `only` limits it to one shape. */
export function readDumpLine(line: string, only?: InputShape): DumpLine | undefined {
  for (const style of styles) {
    const read = only === undefined || only === style.shape ? readAs(style, line, style.pattern) : undefined;
    if (read !== undefined) return read;
  }
  return undefined;
}

/** Reads a line that stands behind one of this style. */
export function readLaterLine(line: string, { style }: DumpLine): DumpLine | undefined {
  return readAs(style, line, style.pattern) ?? (style.laterPattern && readAs(style, line, style.laterPattern));
}

function readAs(style: LineStyle, line: string, pattern: RegExp): DumpLine | undefined {
  if (line.length > lineLengthMax) return undefined;
  const { shape, wordSize, bytesOf } = style;
  // A tab instead of blanks stands in for as many as separate columns anywhere.
  const isTabbed = shape !== "gdb" && line.trimStart().includes("\t");
  const [, prefix, offset, columns] = pattern.exec(isTabbed ? line.replaceAll("\t", "   ") : line) ?? [];
  if (prefix === undefined || offset === undefined || columns === undefined) return undefined;
  const bytes = bytesOf(columns);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const size = shape === "gdb" ? gdbWordSize(columns) : wordSize;
  const groupSize = (/^\s*([0-9a-f]+)/i.exec(columns)?.[1]?.length ?? 2) >> 1;
  const paddingMaxBytes = bytesOf === characters ? bytes.length - 1 : size - 1;
  return { shape, indent: widthOf(prefix), offset, bytes, wordSize: size, paddingMaxBytes, groupSize, style };
}

function widthOf(prefix: string): number {
  return prefix.trim() === "" ? prefix.replaceAll("\t", "        ").length : 0;
}

/** Groups of digit pairs with one space between; the characters follow after at least two. */
function groups(columns: string): Buffer | undefined {
  const digits = columns.split(/\s{2,}/, 1)[0]?.replaceAll(" ", "") ?? "";
  return fromHex(digits);
}

/**
 * The same, but `xxd -e` sets a last group that is not full to the right of its column. Other dumps leave an even number of
 * blanks there, or a whole column.
 */
function xxdBytes(columns: string): Buffer | undefined {
  const whole = /^[0-9a-f]+(?: [0-9a-f]+)*/i.exec(columns)?.[0] ?? "";
  const [, gap = "", partial = ""] = /^( +)([0-9a-f]+)(?=\s{2}|$)/i.exec(columns.slice(whole.length)) ?? [];
  const width = whole === "" ? gap.length + partial.length : (whole.split(" ", 1)[0] ?? "").length + 1;
  const isRightAligned = partial !== "" && partial.length < width && gap.length + partial.length === width;
  return isRightAligned ? fromHex(whole.replaceAll(" ", "") + partial) : groups(columns);
}

/** Digit pairs up to the mark that opens the column of characters. */
function before(mark: string): (columns: string) => Buffer | undefined {
  return (columns) => spaced(columns.slice(0, columns.indexOf(mark)));
}

function spaced(columns: string): Buffer | undefined {
  return fromHex(columns.replaceAll(/\s+/g, ""));
}

const PAIRS_IN_A_LINE = 16;
const morePairs = /^(?: [0-9a-f]{2}){16}(?: |$)/i;
const fewerMore = /^((?: [0-9a-f]{2}){1,15}) {2,}(\S.*)$/i;

/**
 * Digit pairs, perhaps with a wider space after the eighth; at least two spaces, or the sixteenth pair (spdlog's
 * thirty-second), end them. Without counting, characters that happen to be hex digits would be read as bytes.
 */
function pairs(columns: string): Buffer | undefined {
  const short = unpadded(columns);
  if (short !== undefined) return short;
  const pair = /( {0,2})([0-9a-f]{2})(?![^ ])/giy;
  let digits = "";
  let read = 0;
  let most = PAIRS_IN_A_LINE;
  for (let count = 0; count < most; count++) {
    const [, space, next] = pair.exec(columns) ?? [];
    if (space === undefined || next === undefined) break;
    if (space.length === 2 && count !== PAIRS_IN_A_LINE / 2) break;
    digits += next;
    read = pair.lastIndex;
    if (count + 1 === PAIRS_IN_A_LINE && morePairs.test(columns.slice(read))) most = 2 * PAIRS_IN_A_LINE;
  }
  const [, more, characters] = digits.length === 2 * PAIRS_IN_A_LINE ? (fewerMore.exec(columns.slice(read)) ?? []) : [];
  if (more !== undefined && characters !== undefined) {
    // The last line of thirty-two columns: sixteen characters could look so too, but not as just what all bytes print as.
    const bytes = fromHex(digits + more.replaceAll(" ", ""));
    if (bytes !== undefined && printsAs(bytes, characters.trimEnd().padEnd(bytes.length))) return bytes;
  }
  // Words would follow after one space, characters only after more, or behind a full line.
  const isFull = digits.length === 2 * PAIRS_IN_A_LINE;
  return (isFull ? /^(?:$| )/ : /^(?:\s*$|\s{2})/).test(columns.slice(read)) ? fromHex(digits) : undefined;
}

/**
 * curl's --trace, and others that set the characters of a line one space behind its bytes, however few: they are told from
 * bytes by being just what the bytes print as.
 */
function unpadded(columns: string): Buffer | undefined {
  const most = Math.min(PAIRS_IN_A_LINE - 1, Math.floor((columns.length + 1) / 3));
  for (let count = most; count > 0; count--) {
    const width = 3 * count;
    const digits = columns.slice(0, width - 1);
    const characters = columns.slice(width);
    if (columns[width - 1] !== " " || characters.trimEnd().length > count || characters.trim() === "") continue;
    if (!/^[0-9a-f]{2}(?: [0-9a-f]{2})*$/i.test(digits)) continue;
    const bytes = fromHex(digits.replaceAll(" ", ""));
    if (bytes !== undefined && printsAs(bytes, characters.padEnd(count))) return bytes;
  }
  return undefined;
}

function printsAs(bytes: Buffer, characters: string): boolean {
  return bytes.every((byte, at) => {
    const isPrintable = byte >= 0x20 && byte < 0x7f;
    return characters.charCodeAt(at) === (isPrintable ? byte : ".".charCodeAt(0));
  });
}

/** Like other dumps, but for a dash behind the eighth pair. */
function windbgBytes(columns: string): Buffer | undefined {
  return pairs(columns.replace(/^((?:[0-9a-f]{2} ){7}[0-9a-f]{2})-/i, "$1 "));
}

function binary(columns: string): Buffer {
  return Buffer.from(columns.split(" ").map((digits) => Number.parseInt(digits, 2)));
}

const gdbValue = /^(?:0x(?:[0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{8}|[0-9a-f]{16})|-?\d{1,3}|0[0-3][0-7]{2}|[01]{8})$/i;

function gdbBytes(columns: string): Buffer | undefined {
  const values = columns
    .replaceAll(/ '(?:\\\d{3}|\\?[^\t])'/g, "")
    .trim()
    .split(/\s+/);
  if (!values.every((value) => gdbValue.test(value))) return undefined;
  // x/ob puts a zero in front of what is not zero.
  const isOctal = values.some((value) => /^0\d{1,3}$/.test(value));
  const digits = values.map((value) => {
    if (/^0x/i.test(value)) return value.slice(2);
    const number = Number.parseInt(value, value.length === 8 ? 2 : isOctal ? 8 : 10);
    return number < -128 || number > 255 ? "?" : (number & 0xff).toString(16).padStart(2, "0");
  });
  return fromHex(digits.join(""));
}

/** x/b prints two digits for each value, x/h, x/w and x/g four, eight and sixteen. */
function gdbWordSize(columns: string): number {
  const first = /0x([0-9a-f]+)/i.exec(columns)?.[1];
  return first === undefined ? 1 : first.length / 2;
}
