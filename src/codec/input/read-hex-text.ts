import { looksLikeHeader } from "../plausible-header.js";
import { findBase64 } from "./base64-text.js";
import { findByteLists } from "./byte-list.js";
import { looksLikePdu, packetLinkType } from "./chunk-content.js";
import { findEscapedStrings } from "./escaped-string.js";
import { findHexDigits } from "./hex-digits.js";
import { InputError } from "./input-error.js";
import type { Finding, InputShape, TextSpan } from "./input-shape.js";
import { withoutLinePrefixes } from "./line-prefixes.js";
import { findOffsetDumps } from "./offset-dump.js";
import { SourceText } from "./source-text.js";

/** Longest text that is taken, in UTF-16 units: it is held whole, unlike captures. */
const textLengthMax = 256 << 20;
/** Longest text that is read a second time. */
const prefixedTextLengthMax = 16 << 20;

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
}

/**
 * Finds bytes in pasted text, whatever shape they are in, also several dumps of several shapes with prose around them.
 *
 * Several readings of one place are possible (`00000010` may be an offset, decimal or a length). The one whose bytes begin with a
 * plausible PDU header, or are a TCP packet, is taken; then one whose shape is distinct (a dump with offsets) before one that
 * prose may have too (base64, digits in a sentence); then bytes before an error, then the longer one. Where a distinct shape
 * was found anywhere, indistinct ones count only if they look like PDUs.
 *
 * Where that leaves something over, the text is read once more without what stands in front of its lines (quote signs, a
 * logger's words, line numbers), and the reading with more bytes of whole PDUs counts.
 *
 * `shape` takes the text for that shape alone.
 * @throws InputError when there are no bytes in the text, or none that can be read
 */
export function readHexText(text: string, shape?: InputShape): HexText {
  const plain = readingOf(text, shape);
  if (plain.isWhole || text.length > prefixedTextLengthMax) return resultOf(plain);
  const bare = withoutLinePrefixes(text);
  if (bare === text) return resultOf(plain);
  const other = readingOf(bare, shape);
  return resultOf(other.pduBytes > plain.pduBytes ? other : plain);
}

interface Reading {
  readonly result: HexText | InputError;
  /** Bytes of whole PDUs and packets. */
  readonly pduBytes: number;
  /** There is nothing else. */
  readonly isWhole: boolean;
}

function resultOf({ result }: Reading): HexText {
  if (result instanceof InputError) throw result;
  return result;
}

function readingOf(text: string, shape: InputShape | undefined): Reading {
  try {
    const result = readOnce(text, shape);
    const pduBytes = result.chunks.reduce((sum, chunk) => sum + wholeBytes(chunk), 0);
    const allBytes = result.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return { result, pduBytes, isWhole: pduBytes === allBytes && result.problems.length === 0 };
  } catch (error) {
    if (error instanceof InputError) return { result: error, pduBytes: 0, isWhole: false };
    throw error;
  }
}

function wholeBytes({ bytes, linkType }: InputChunk): number {
  if (linkType !== undefined) return bytes.length;
  let at = 0;
  while (looksLikeHeader(bytes, at)) {
    const next = at + bytes.readUInt32BE(at);
    if (next > bytes.length) break;
    at = next;
  }
  return at;
}

function readOnce(text: string, shape: InputShape | undefined): HexText {
  const source = new SourceText(text);
  if (text.trim() === "") throw new InputError(source.positionOf(0), "there is nothing to read", anyShape);
  if (text.length > textLengthMax) {
    throw new InputError(
      source.positionOf(textLengthMax),
      `the text is longer than ${textLengthMax} characters`,
      anyFile,
    );
  }
  const chosen = chosenFindings(findings(source, shape), shape !== undefined);
  const chunks: InputChunk[] = [];
  const problems: InputError[] = [];
  for (const { shape: found, content, start } of chosen) {
    if (content instanceof InputError) problems.push(content);
    else chunks.push({ shape: found, bytes: content, ...source.positionOf(start), linkType: packetLinkType(content) });
  }
  if (chunks.length > 0) return { chunks, problems };
  throw problems[0] ?? nothingFound(source, shape);
}

const anyShape = "hex digits, a hex dump, a list of bytes, a string with escapes or base64";
const anyFile = "a capture or a file of raw bytes";

function nothingFound(source: SourceText, shape: InputShape | undefined): InputError {
  const at = Math.max(0, source.text.search(/\S/));
  const problem = shape === undefined ? "no bytes in this text" : `no ${shape} in this text`;
  return new InputError(source.positionOf(at), problem, anyShape);
}

const dumpShapes: ReadonlySet<InputShape> = new Set(["xxd", "hexdump-c", "hexdump", "od", "tcpdump", "tshark", "gdb"]);

function findings(source: SourceText, shape: InputShape | undefined): Finding[] {
  if (shape === undefined) {
    return [
      findOffsetDumps(source),
      findEscapedStrings(source),
      findByteLists(source),
      findBase64(source),
      findHexDigits(source),
    ].flat();
  }
  if (dumpShapes.has(shape)) return findOffsetDumps(source, shape);
  if (shape === "escaped-string") return findEscapedStrings(source);
  if (shape === "byte-list") return findByteLists(source);
  if (shape === "base64") return findBase64(source);
  return findHexDigits(source);
}

/** The best findings that do not overlap, in the order of the text. */
function chosenFindings(all: readonly Finding[], isForced: boolean): Finding[] {
  const ranked = all.map((finding) => ({ finding, rank: rankOf(finding) }));
  ranked.sort(
    (a, b) => b.rank - a.rank || lengthOf(b.finding) - lengthOf(a.finding) || a.finding.start - b.finding.start,
  );
  const free = new FreeText();
  const chosen: Finding[] = [];
  const bestRank = ranked[0]?.rank ?? 0;
  for (const { finding, rank } of ranked) {
    if (!isForced && bestRank >= Rank.distinctError && rank < Rank.distinctError) break;
    if (free.take(finding.lines ?? [finding])) chosen.push(finding);
  }
  return chosen.sort((a, b) => a.start - b.start);
}

const Rank = { indistinctError: 0, indistinct: 1, distinctError: 2, distinct: 3, likely: 4 } as const;

function rankOf({ content, isDistinct }: Finding): number {
  if (content instanceof InputError) return isDistinct ? Rank.distinctError : Rank.indistinctError;
  if (looksLikePdu(content) || packetLinkType(content) !== undefined) return Rank.likely;
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
