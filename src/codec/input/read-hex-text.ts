import { findBase64 } from "./base64-text.js";
import { findByteLists } from "./byte-list.js";
import { findByteRows } from "./byte-rows.js";
import { laterPduBytes, looksLikePdu, packetLinkType, wholePduBytes } from "./chunk-content.js";
import { type DissectedBytes, dissectedPackets } from "./dissected-packets.js";
import { findEscapedStrings } from "./escaped-string.js";
import { findHexDigits } from "./hex-digits.js";
import { InputError } from "./input-error.js";
import type { Finding, InputShape, TextSpan } from "./input-shape.js";
import { findOffsetDumps } from "./offset-dump.js";
import { unwrapped, withoutDress, withoutEscapes, withoutRemarks, withPlainSigns } from "./paste-dress.js";
import { withoutRetold, withPiecesJoined } from "./pieced-chunks.js";
import { RewrittenText } from "./rewritten-text.js";
import { SourceText } from "./source-text.js";

/** Longest text that is taken, in UTF-16 units: it is held whole, unlike captures. */
const textLengthMax = 256 << 20;
/** Longest text that is read more than once, in UTF-16 units. */
const rereadLengthMax = 16 << 20;

/** Bytes that were found in a text. */
export interface InputChunk {
  readonly shape: InputShape;
  readonly bytes: Buffer;
  /** Where they begin in the text, from 1. */
  readonly line: number;
  readonly column: number;
  /** The LINKTYPE_ number when the bytes are a whole packet with link or IP headers, not PDUs. */
  readonly linkType: number | undefined;
}

export interface HexText {
  /** In the order of the text. */
  readonly chunks: readonly InputChunk[];
  /** Parts that look like bytes and cannot be read; the other parts are not affected. */
  readonly problems: readonly InputError[];
  /** What was not tried, because the text is so long; there may be more in it. */
  readonly remark?: string;
}

/**
 * Finds bytes in pasted text, whatever shape they are in, also several dumps of several shapes with prose around them.
 *
 * Several readings of one place are possible (`00000010` may be an offset, decimal or a length). The one whose bytes begin with a
 * plausible PDU header, or lead to PDUs up to their end, or are a TCP packet, is taken; then one whose shape is distinct (a dump with offsets) before one that
 * prose may have too (base64, digits in a sentence); then bytes before an error, then the longer one. Where a distinct shape
 * was found anywhere, indistinct ones count only if they look like PDUs, and elsewhere if they are most of the text.
 *
 * Where that leaves something over, the text is read again without what stands in front of its lines and around it (quote
 * signs, a logger's words, line numbers, HTML), then with a JSON log's escapes undone, then with wrapped lines joined, then with
 * signs and digits of Chinese keyboards in ASCII. The reading with the most bytes of whole PDUs counts, and of those the one with
 * the least beside them. Where none has a whole PDU, the pairs of each line alone count if they are nothing but PDUs.
 *
 * Of an export of dissected packets only what `dissectedPackets` says counts.
 *
 * `shape` takes the text for that shape alone. A text of more than `rereadMax` UTF-16 units is not read again, and says so.
 * @throws InputError when there are no bytes in the text, or none that can be read
 */
export function readHexText(text: string, shape?: InputShape, rereadMax = rereadLengthMax): HexText {
  const pasted = new SourceText(text);
  const dissected = shape === undefined || shape === "tshark" ? dissectedPackets(pasted) : [];
  if (dissected.length > 0) return { chunks: dissected.map((each) => dissectedChunk(pasted, each)), problems: [] };
  let best = readingOf(pasted, shape);
  if (best.isComplete) return resultOf(best);
  if (text.length > rereadMax) return unrepeated(best, rereadMax);
  const seen = new Set([text]);
  for (const rewritten of rewritings(RewrittenText.of(text))) {
    if (seen.has(rewritten.text)) continue;
    seen.add(rewritten.text);
    const other = readingOf(new SourceText(rewritten, pasted), shape);
    if (isBetter(other, best)) best = other;
    if (best.isComplete) break;
  }
  if (best.pduBytes > 0) return resultOf(best);
  const bare = readingOf(new SourceText(withoutRemarks(withPlainSigns(RewrittenText.of(text))), pasted), shape);
  return resultOf(bare.isComplete ? bare : best);
}

function dissectedChunk(source: SourceText, { start, bytes, linkType }: DissectedBytes): InputChunk {
  return { shape: "tshark", bytes, ...source.positionOf(start), linkType };
}

/** Outside what was read: a row of numbers, or a dump's `*` that stands behind something. Without it, PDUs would be lost. */
const unread = /(?:(?:0x)?[0-9a-f]{2,16}[\s,:|]{1,4}){4}|\*[ \t]{0,40}(?:\r?\n|\\[rn]|$)/i;

function* rewritings(pasted: RewrittenText): Generator<RewrittenText> {
  yield withoutDress(pasted);
  yield withoutDress(pasted, true);
  yield withoutDress(withoutEscapes(pasted));
  yield withoutDress(unwrapped(pasted));
  yield withoutDress(withPlainSigns(pasted));
}

interface Reading {
  readonly result: HexText | InputError;
  /** Bytes of whole PDUs and packets. */
  readonly pduBytes: number;
  /** What else was found; something that cannot be read counts as one. */
  readonly otherBytes: number;
  /** Nothing else was found, and nothing that looks like bytes was passed over. */
  readonly isComplete: boolean;
}

function isBetter(one: Reading, other: Reading): boolean {
  if (one.pduBytes !== other.pduBytes) return one.pduBytes > other.pduBytes;
  return one.pduBytes > 0 && one.otherBytes < other.otherBytes;
}

function resultOf({ result }: Reading): HexText {
  if (result instanceof InputError) throw result;
  return result;
}

function unrepeated({ result }: Reading, lengthMax: number): HexText {
  const what = "what stands in front of lines, escapes and wrapped lines were left as they are";
  const remark = `a text of more than ${lengthMax} characters is read once: ${what}; cut it where bytes are missing`;
  if (result instanceof InputError) throw new InputError(result, `${result.problem} (${remark})`, result.expected);
  return { ...result, remark };
}

function readingOf(source: SourceText, shape: InputShape | undefined): Reading {
  try {
    const { passedOver, ...result } = readOnce(source, shape);
    const pduBytes = result.chunks.reduce((sum, chunk) => sum + wholeBytes(chunk), 0);
    const allBytes = result.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const otherBytes = allBytes - pduBytes + result.problems.length;
    return {
      result,
      pduBytes,
      otherBytes,
      isComplete: otherBytes === 0 && !passedOver.some((text) => unread.test(text)),
    };
  } catch (error) {
    if (error instanceof InputError) return { result: error, pduBytes: 0, otherBytes: 1, isComplete: false };
    throw error;
  }
}

function wholeBytes({ bytes, linkType }: InputChunk): number {
  if (linkType !== undefined) return bytes.length;
  return looksLikePdu(bytes) ? wholePduBytes(bytes) : laterPduBytes(bytes);
}

/** What is said in the text, and the stretches around it. */
interface ReadText extends HexText {
  readonly passedOver: readonly string[];
}

function readOnce(source: SourceText, shape: InputShape | undefined): ReadText {
  const { text } = source;
  if (text.trim() === "") throw new InputError(source.positionOf(0), "there is nothing to read", anyShape);
  if (text.length > textLengthMax) {
    throw new InputError(
      source.positionOf(textLengthMax),
      `the text is longer than ${textLengthMax} characters`,
      anyFile,
    );
  }
  const chosen = chosenFindings(findings(source, shape), shape === undefined ? text.trim().length : 0);
  const chunks: InputChunk[] = [];
  const problems: InputError[] = [];
  const passedOver: string[] = [];
  let at = 0;
  for (const { shape: found, content, start, end } of chosen) {
    passedOver.push(text.slice(at, start));
    at = Math.max(at, end);
    if (content instanceof InputError) problems.push(content);
    else chunks.push({ shape: found, bytes: content, ...source.positionOf(start), linkType: packetLinkType(content) });
  }
  passedOver.push(text.slice(at));
  if (chunks.length > 0) return { chunks: withPiecesJoined(withoutRetold(chunks)), problems, passedOver };
  throw problems[0] ?? nothingFound(source, shape);
}

const anyShape = "hex digits, a hex dump, a list of bytes, a string with escapes or base64";
const anyFile = "a capture or a file of raw bytes";

function nothingFound(source: SourceText, shape: InputShape | undefined): InputError {
  const at = Math.max(0, source.text.search(/\S/));
  const problem = shape === undefined ? "no bytes in this text" : `no ${shape} in this text`;
  return new InputError(source.positionOf(at), problem, anyShape);
}

const dumpShapes: ReadonlySet<InputShape> = new Set([
  "xxd",
  "hexdump-c",
  "hexdump",
  "od",
  "tcpdump",
  "tshark",
  "gdb",
  "windbg",
]);

function findings(source: SourceText, shape: InputShape | undefined): Finding[] {
  if (shape === undefined) {
    return [
      findOffsetDumps(source),
      findByteRows(source, false),
      findEscapedStrings(source),
      findByteLists(source),
      findBase64(source),
      findHexDigits(source),
    ].flat();
  }
  if (shape === "od") return [findOffsetDumps(source, shape), findByteRows(source, true)].flat();
  if (dumpShapes.has(shape)) return findOffsetDumps(source, shape);
  if (shape === "escaped-string") return findEscapedStrings(source);
  if (shape === "byte-list") return findByteLists(source);
  if (shape === "base64") return findBase64(source);
  return findHexDigits(source);
}

const errorLengthMin = 32;

/**
 * The best findings that do not overlap, in the order of the text. What prose may have too counts where there is hardly
 * anything else in a text of `textLength`.
 */
function chosenFindings(all: readonly Finding[], textLength: number): Finding[] {
  const ranked = all.map((finding) => ({ finding, rank: rankOf(finding) }));
  ranked.sort(
    (a, b) => b.rank - a.rank || lengthOf(b.finding) - lengthOf(a.finding) || a.finding.start - b.finding.start,
  );
  const free = new FreeText();
  const isDistinctHere = (ranked[0]?.rank ?? 0) >= Rank.distinctError;
  const taken = ranked.filter(
    ({ finding, rank }) =>
      (textLength === 0 || !isDistinctHere || rank >= Rank.distinctError) && free.take(finding.lines ?? [finding]),
  );
  const length = taken.reduce((sum, { finding }) => sum + lengthOf(finding), 0);
  const isProse = !isDistinctHere && length < textLength / 2;
  const chosen = isProse
    ? taken.filter(({ finding, rank }) => rank < Rank.indistinct && lengthOf(finding) >= errorLengthMin)
    : taken;
  return chosen.map(({ finding }) => finding).sort((a, b) => a.start - b.start);
}

const Rank = { indistinctError: 0, indistinct: 1, distinctError: 2, distinct: 3, likely: 4 } as const;

function rankOf({ content, isDistinct }: Finding): number {
  if (content instanceof InputError) return isDistinct ? Rank.distinctError : Rank.indistinctError;
  if (looksLikePdu(content) || packetLinkType(content) !== undefined || laterPduBytes(content) > 0) return Rank.likely;
  return isDistinct ? Rank.distinct : Rank.indistinct;
}

function lengthOf({ start, end }: Finding): number {
  return end - start;
}

/** The parts of a text that no finding has taken yet, by their starts. */
class FreeText {
  /** Taken stretches, sorted and apart from each other. */
  readonly #taken: TextSpan[] = [];

  /** Takes all the spans, or none when one of them is taken already. */
  take(spans: readonly TextSpan[]): boolean {
    const places = spans.map((span) => this.#placeOf(span));
    if (places.some((place) => place < 0)) return false;
    // From the last one on, so that the places found before stay right.
    for (let at = spans.length - 1; at >= 0; at--) this.#taken.splice(places[at] ?? 0, 0, spans[at] as TextSpan);
    return true;
  }

  /** Where in the list the span belongs; -1 when some of it is taken. */
  #placeOf({ start, end }: TextSpan): number {
    let [low, high] = [0, this.#taken.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#taken[middle]?.end ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    const next = this.#taken[low];
    return next !== undefined && next.start < end ? -1 : low;
  }
}
