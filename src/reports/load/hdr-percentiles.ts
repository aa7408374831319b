import { inflateSync } from "node:zlib";

const COMPRESSED_COOKIE = 0x1c849304;
const ENCODING_COOKIE = 0x1c849303;
const HEAD_BYTES = 8;
const ENCODING_HEADER_BYTES = 40;
/** Of any histogram of ours; a file may claim more. */
const PLAIN_SIZE_MAX_BYTES = 1 << 20;
const COUNTS_MAX = 1 << 16;

/** A point of a distribution: so much per cent of all values are not above so many ms. */
export type PercentilePoint = readonly [percent: number, ms: number];

/**
 * The distribution in a metric's `hdr`, from the median of nothing to the greatest value: the points at which the count
 * passes 50 %, 75 %, 87.5 % …, with four steps between each two.
 * @throws Error when it is no HdrHistogram (V2, compressed, base64, three digits) of microseconds
 */
export function hdrPercentiles(hdr: string): PercentilePoint[] {
  const counts = decodeCounts(hdr);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return [];
  const points: PercentilePoint[] = [];
  let index = 0;
  let seen = counts[0] ?? 0;
  for (const percent of percentsOf(total)) {
    const wanted = Math.max(1, Math.ceil((percent / 100) * total - 1e-9));
    while (seen < wanted && index < counts.length - 1) seen += counts[++index] ?? 0;
    points.push([percent, highestValueAt(index) / 1000]);
  }
  return points;
}

/** Until a single value is what is left. */
function percentsOf(total: number): number[] {
  const percents = [0];
  const steps = 5;
  for (let step = 1; ; step++) {
    const rest = 2 ** (-step / steps);
    if (rest * total < 1) break;
    percents.push(100 * (1 - rest));
  }
  return [...percents, 100];
}

function decodeCounts(hdr: string): number[] {
  const bytes = Buffer.from(hdr, "base64");
  if (bytes.length < HEAD_BYTES || (bytes.readUInt32BE(0) & ~0xf0) !== (COMPRESSED_COOKIE & ~0xf0)) throw notHdr();
  const plain = inflateSync(bytes.subarray(HEAD_BYTES), { maxOutputLength: PLAIN_SIZE_MAX_BYTES });
  if (plain.length < ENCODING_HEADER_BYTES || (plain.readUInt32BE(0) & ~0xf0) !== (ENCODING_COOKIE & ~0xf0))
    throw notHdr();
  const end = Math.min(plain.length, ENCODING_HEADER_BYTES + plain.readUInt32BE(4));
  const counts: number[] = [];
  for (let at = ENCODING_HEADER_BYTES; at < end; ) {
    let value = 0n;
    let shift = 0n;
    for (;;) {
      const byte = plain[at++];
      if (byte === undefined) throw notHdr();
      const isNinth = shift === 56n;
      value |= BigInt(isNinth ? byte : byte & 0x7f) << shift;
      shift += 7n;
      if (isNinth || byte < 0x80) break;
    }
    const count = Number((value >> 1n) ^ -(value & 1n));
    // A negative number is a run of empty buckets.
    if (counts.length + (count < 0 ? -count : 1) > COUNTS_MAX) throw notHdr();
    if (count < 0) for (let empty = 0; empty < -count; empty++) counts.push(0);
    else counts.push(count);
  }
  return counts;
}

/** Of the buckets that three significant digits from 1 have. */
function highestValueAt(index: number): number {
  if (index < 2048) return index;
  const bucket = (index >>> 10) - 1;
  return (index - bucket * 1024 + 1) * 2 ** bucket - 1;
}

function notHdr(): Error {
  return new Error("not an HdrHistogram");
}
