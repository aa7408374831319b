import { HEADER_SIZE } from "../pdu-header.js";
import { laterPduBytes, looksLikePdu } from "./chunk-content.js";
import { InputError } from "./input-error.js";
import type { Finding, InputShape } from "./input-shape.js";
import { type DumpLine, readDumpLine, readLaterLine } from "./offset-dump-line.js";
import type { SourceText } from "./source-text.js";

/** Most bytes that the `*` lines of a text, "the same again until the next offset", may stand for together. */
const repeatedBytesMax = 64 << 20;
const OD_OFFSET_DIGITS = 7;
const endLine = /^\s*([0-9a-f]{6,16})\s*$/i;

/** A dump that is being put together. */
interface OpenDump {
  readonly first: DumpLine;
  readonly start: number;
  /** Where its lines stand. */
  indent: number;
  /** Where its lines are: the other direction of a followed stream stands between them. */
  readonly spans: { readonly start: number; end: number }[];
  /** What the first offset is in each radix that is still possible. */
  origins: readonly { readonly radix: number; readonly offset: number }[];
  readonly parts: Buffer[];
  lastLine: Buffer;
  lines: number;
  length: number;
  end: number;
  /** A `*` stands behind the last line. */
  repeats: boolean;
}

/** What is left of `repeatedBytesMax`. */
interface RepeatBudget {
  bytes: number;
}

/**
 * Dumps whose lines begin with an offset. Lines belong together while their offsets go on; an offset that starts again begins
 * the next dump, and dumps of different indentation (a followed stream's two directions) go on beside each other.
 */
export function findOffsetDumps(source: SourceText, only?: InputShape): Finding[] {
  const findings: Finding[] = [];
  const open = new Map<number, OpenDump>();
  const budget: RepeatBudget = { bytes: repeatedBytesMax };
  let last: OpenDump | undefined;
  const close = (dump: OpenDump): void => {
    findings.push(finished(dump));
  };
  for (const { start, text } of source.lines) {
    if (last !== undefined && text.trim() === "*") {
      last.repeats = true;
      continue;
    }
    const end = start + text.length;
    if (last !== undefined && endsDump(last, text, end, budget)) continue;
    const line = goingOn(last, text) ?? readDumpLine(text, only);
    if (line === undefined) {
      if (last !== undefined && goesOnUnread(last, text)) findings.push(unreadLine(source, last, start, end));
      continue;
    }
    const known = open.get(line.indent) ?? reindented(open, last, line);
    if (known !== undefined && known.first.shape === line.shape && continues(known, line, end, budget)) {
      if (known === last) extendSpan(known, end);
      else known.spans.push({ start, end });
      last = known;
      continue;
    }
    if (known !== undefined) {
      close(known);
      const hole = holeBetween(known, line);
      if (hole !== undefined) findings.push(missingLine(source, line.shape, start, hole));
    }
    last = opened(line, start, end);
    open.set(line.indent, last);
  }
  for (const dump of open.values()) close(dump);
  return findings;
}

/** The line as the one above was read, when its offset goes on from there: what it says may be ambiguous on its own. */
function goingOn(last: OpenDump | undefined, text: string): DumpLine | undefined {
  const line = last === undefined ? undefined : readLaterLine(text, last.first);
  if (last === undefined || line === undefined) return undefined;
  const isNext = last.origins.some(({ radix, offset }) => {
    const ahead = aheadOf(last, line.offset, radix, offset);
    return ahead === 0 || (last.repeats && ahead > 0);
  });
  return isNext ? line : undefined;
}

/**
 * The first line of a paste may stand elsewhere than the others, and behind line numbers of two digits all lines stand elsewhere
 * than behind those of one: the dump goes on in their column.
 */
function reindented(open: Map<number, OpenDump>, last: OpenDump | undefined, line: DumpLine): OpenDump | undefined {
  if (last === undefined || last.first.shape !== line.shape) return undefined;
  if (!last.origins.some(({ radix, offset }) => aheadOf(last, line.offset, radix, offset) === 0)) return undefined;
  open.delete(last.indent);
  open.set(line.indent, last);
  last.indent = line.indent;
  return last;
}

function extendSpan({ spans }: OpenDump, end: number): void {
  const last = spans.at(-1);
  if (last !== undefined) last.end = end;
}

function opened(first: DumpLine, start: number, end: number): OpenDump {
  const origins = radicesOf(first).map((radix) => ({ radix, offset: Number.parseInt(first.offset, radix) }));
  const { bytes } = first;
  return {
    first,
    start,
    indent: first.indent,
    spans: [{ start, end }],
    origins,
    parts: [bytes],
    lastLine: bytes,
    lines: 1,
    length: bytes.length,
    end,
    repeats: false,
  };
}

/**
 * In the order of how likely they are, for behind a `*` several may fit. od counts in octal unless told otherwise and prints
 * seven digits then, also in decimal; hexdump and `od -A x` in hexadecimal, and `xxd -d` in decimal.
 */
function radicesOf({ shape, offset }: DumpLine): readonly number[] {
  if (shape === "xxd") return [16, 10].filter((radix) => isNumber(offset, radix));
  if (shape !== "od" && shape !== "hexdump") return [16];
  const isOd = shape === "od" && offset.length === OD_OFFSET_DIGITS;
  return (isOd ? [8, 10, 16] : [16, 8, 10]).filter((radix) => isNumber(offset, radix));
}

function isNumber(digits: string, radix: number): boolean {
  return radix === 16 || (radix === 10 ? /^\d+$/ : /^[0-7]+$/).test(digits);
}

/** Adds the line when its offset is the next one in some radix that fits all lines so far. */
function continues(dump: OpenDump, line: DumpLine, end: number, budget: RepeatBudget): boolean {
  if (line.wordSize !== dump.first.wordSize) return false;
  const fitting = dump.origins.filter(({ radix, offset }) => {
    const ahead = aheadOf(dump, line.offset, radix, offset);
    return dump.repeats ? areRepeated(dump, ahead, budget) : ahead === 0;
  });
  const [best] = fitting;
  if (best === undefined) return false;
  if (dump.repeats) repeat(dump, aheadOf(dump, line.offset, best.radix, best.offset), budget);
  dump.origins = fitting;
  dump.lastLine = line.bytes;
  dump.lines++;
  dump.parts.push(line.bytes);
  dump.length += line.bytes.length;
  dump.end = end;
  return true;
}

/** How many bytes lie between what the dump has and an offset; NaN when it is no number in this radix. */
function aheadOf(dump: OpenDump, offset: string, radix: number, origin: number): number {
  return isNumber(offset, radix) ? Number.parseInt(offset, radix) - origin - dump.length : Number.NaN;
}

/** A `*` stands for whole lines. */
function areRepeated({ lastLine }: OpenDump, bytes: number, budget: RepeatBudget): boolean {
  return bytes > 0 && bytes <= budget.bytes && bytes % lastLine.length === 0;
}

function repeat(dump: OpenDump, bytes: number, budget: RepeatBudget): void {
  dump.repeats = false;
  dump.parts.push(Buffer.alloc(bytes, dump.lastLine));
  dump.length += bytes;
  budget.bytes -= bytes;
}

/** A last line that is only an offset says how long the dump is: words are padded, and a `*` may stand before it. */
function endsDump(dump: OpenDump, text: string, end: number, budget: RepeatBudget): boolean {
  const offset = endLine.exec(text)?.[1];
  if (offset === undefined) return false;
  const padding = -dump.first.paddingMaxBytes;
  const aheads = dump.origins.map(({ radix, offset: origin }) => aheadOf(dump, offset, radix, origin));
  const ahead = dump.repeats
    ? aheads.find((bytes) => areRepeated(dump, bytes, budget))
    : aheads.filter((bytes) => bytes <= 0 && bytes >= padding).sort((a, b) => b - a)[0];
  if (ahead === undefined) return false;
  if (dump.repeats) repeat(dump, ahead, budget);
  else dump.length += ahead;
  dump.end = end;
  extendSpan(dump, end);
  return true;
}

const holeMaxBytes = 65_536;

/** The bytes that lines left out between a dump and a line would have had. Addresses of a debugger may jump. */
function holeBetween(dump: OpenDump, line: DumpLine): number | undefined {
  if (line.shape !== dump.first.shape || isDebugger(line.shape) || dump.repeats) return undefined;
  const [origin] = dump.origins;
  if (origin === undefined) return undefined;
  const ahead = aheadOf(dump, line.offset, origin.radix, origin.offset);
  return ahead > 0 && ahead <= holeMaxBytes ? ahead : undefined;
}

function isDebugger(shape: InputShape): boolean {
  return shape === "gdb" || shape === "windbg";
}

const offsetAndMore = /^\s*(?:0x)?([0-9a-f]{4,16})h?:?\s+[0-9a-f]{2}/i;

/** Whether a line that cannot be read begins with just the offset that the dump goes on with. */
function goesOnUnread(dump: OpenDump, text: string): boolean {
  const offset = offsetAndMore.exec(text)?.[1];
  return (
    offset !== undefined && dump.origins.some(({ radix, offset: origin }) => aheadOf(dump, offset, radix, origin) === 0)
  );
}

/** Zero width, like a missing line: no other reading of the line is kept from counting. */
function unreadLine(source: SourceText, { first }: OpenDump, start: number, end: number): Finding {
  const problem = "this line goes on with the dump above, but its bytes cannot be told from what stands behind them";
  const content = new InputError(source.positionOf(start), problem, "two spaces or a mark behind the last byte");
  return { shape: first.shape, start: end, end, content, isDistinct: true };
}

function missingLine(source: SourceText, shape: InputShape, start: number, hole: number): Finding {
  const problem = `${hole} bytes before this line are missing`;
  const expected = "a line whose offset continues the one above";
  // Zero width: the line itself is read as the beginning of another dump.
  return {
    shape,
    start,
    end: start,
    content: new InputError(source.positionOf(start), problem, expected),
    isDistinct: true,
  };
}

function finished(dump: OpenDump): Finding {
  const whole = Buffer.concat(dump.parts);
  const { shape, wordSize, groupSize } = dump.first;
  const content =
    wordSize === 1 ? inPrintedOrder(whole, shape === "xxd" ? groupSize : 1) : inHostOrder(whole, wordSize);
  return {
    shape,
    start: dump.start,
    end: dump.end,
    lines: dump.spans,
    content: content.subarray(0, dump.length),
    isDistinct: isDistinct(dump),
  };
}

/** A single line of blank-separated digits may also be prose with numbers in it, unless it is a dump's first. */
function isDistinct({ first: { shape, offset }, lines }: OpenDump): boolean {
  if (shape !== "tshark" && shape !== "od" && shape !== "hexdump") return true;
  return lines > 1 || Number.parseInt(offset, 16) === 0;
}

const turnedToLookBytesMax = 1 << 20;

/** `xxd -e` looks like `xxd` and prints the bytes of each group backwards: then only backwards they look like a PDU. */
function inPrintedOrder(bytes: Buffer, groupSize: number): Buffer {
  // A first group of a single digit is no whole byte.
  if (groupSize <= 1 || looksLikePdu(bytes)) return bytes;
  // A `*` may stand for many megabytes: they are turned round only when the beginning says so.
  if (looksLikePdu(groupsReversed(bytes.subarray(0, HEADER_SIZE + groupSize), groupSize))) {
    return groupsReversed(bytes, groupSize);
  }
  if (bytes.length > turnedToLookBytesMax || laterPduBytes(bytes) > 0) return bytes;
  const turned = groupsReversed(bytes, groupSize);
  return laterPduBytes(turned) > 0 ? turned : bytes;
}

function groupsReversed(bytes: Buffer, groupSize: number): Buffer {
  const reversed = Buffer.from(bytes);
  for (let at = 0; at < reversed.length; at += groupSize) reversed.subarray(at, at + groupSize).reverse();
  return reversed;
}

/** Words come from a little-endian machine, unless only as big-endian they look like a PDU. */
function inHostOrder(words: Buffer, wordSize: number): Buffer {
  const swapped = Buffer.from(words);
  const even = swapped.subarray(0, swapped.length - (swapped.length % wordSize));
  if (wordSize === 2) even.swap16();
  else if (wordSize === 4) even.swap32();
  else even.swap64();
  return looksLikePdu(words) && !looksLikePdu(swapped) ? words : swapped;
}
