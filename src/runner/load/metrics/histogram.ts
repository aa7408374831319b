import { deflateSync, inflateSync } from "node:zlib";

/** Values recorded are whole microseconds from 0 up to here, about 71 minutes; greater ones are recorded as this. */
export const HIGHEST_TRACKABLE_US = 0xffff_ffff;
const SIGNIFICANT_DIGITS = 3;
// Three significant digits need 2,048 steps in the first bucket; each further bucket doubles the step, with half as many.
const SUB_BUCKET_COUNT = 2048;
const SUB_BUCKET_HALF = SUB_BUCKET_COUNT / 2;
const SUB_BUCKET_HALF_BITS = 10;
const BUCKET_COUNT = 32 - SUB_BUCKET_HALF_BITS;
const COUNTS_LENGTH = (BUCKET_COUNT + 1) * SUB_BUCKET_HALF;

// HdrHistogram's V2 encoding; 0x10 says that counts are ZigZag LEB128.
const ENCODING_COOKIE = 0x1c849303 | 0x10;
const COMPRESSED_COOKIE = 0x1c849304 | 0x10;
const ENCODING_HEADER_BYTES = 40;
const LEB128_BYTES_MAX = 9;

/** Of the values recorded, in microseconds; 0 when there are none. */
export interface HistogramFacts {
  readonly count: number;
  readonly sumUs: number;
  readonly minUs: number;
  readonly maxUs: number;
}

/**
 * A log-linear histogram with HdrHistogram's buckets: any percentile is right to three significant digits. Two histograms
 * merge exactly, by addition, so percentiles of shards put together equal those of one unsharded run.
 */
export class Histogram {
  // 64-bit floats count exactly up to 2⁵³; 32 bits would overflow in a soak test.
  readonly #counts = new Float64Array(COUNTS_LENGTH);
  #count = 0;
  #sumUs = 0;
  #minUs = Number.POSITIVE_INFINITY;
  #maxUs = 0;

  get count(): number {
    return this.#count;
  }

  /** Smallest value recorded; 0 when there is none. */
  get minUs(): number {
    return this.#count === 0 ? 0 : this.#minUs;
  }

  get maxUs(): number {
    return this.#maxUs;
  }

  get sumUs(): number {
    return this.#sumUs;
  }

  get meanUs(): number {
    return this.#count === 0 ? 0 : this.#sumUs / this.#count;
  }

  /** A fraction is rounded, a negative value counts as 0. */
  recordUs(us: number): void {
    const value = recordableUs(us);
    this.record(value, bucketOf(value));
  }

  /** Hot: the same for a value that goes into several histograms: what `recordableUs` makes of it, and `bucketOf` of that. */
  record(value: number, bucket: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    this.#sumUs += value;
    if (value < this.#minUs) this.#minUs = value;
    if (value > this.#maxUs) this.#maxUs = value;
  }

  /**
   * The least recorded value that `percent` of all values do not exceed, as the highest value of its bucket, never above
   * the greatest one recorded. 0 when empty.
   */
  percentileUs(percent: number): number {
    if (this.#count === 0) return 0;
    const wanted = Math.max(1, Math.ceil((Math.min(percent, 100) / 100) * this.#count - 1e-9));
    let seen = 0;
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      seen += this.#counts[index] as number;
      if (seen >= wanted) return Math.min(highestValueAt(index), this.#maxUs);
    }
    return this.#maxUs;
  }

  /** How many values each row has whose bounds these are: below the first, from each one on to the next, from the last on. */
  countsBetweenUs(boundsUs: readonly number[]): number[] {
    const counts = new Array<number>(boundsUs.length + 1).fill(0);
    const used = this.#count === 0 ? 0 : bucketOf(this.#maxUs) + 1;
    let row = 0;
    for (let index = 0; index < used; index++) {
      const count = this.#counts[index] as number;
      if (count === 0) continue;
      while (row < boundsUs.length && highestValueAt(index) >= (boundsUs[row] as number)) row++;
      counts[row] = (counts[row] as number) + count;
    }
    return counts;
  }

  /** Adds everything that `other` holds. */
  merge(other: Histogram): void {
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      const added = other.#counts[index] as number;
      if (added !== 0) this.#counts[index] = (this.#counts[index] as number) + added;
    }
    this.#count += other.#count;
    this.#sumUs += other.#sumUs;
    this.#minUs = Math.min(this.#minUs, other.#minUs);
    this.#maxUs = Math.max(this.#maxUs, other.#maxUs);
  }

  /** What was recorded after `earlier`, a copy of this one. Its extremes are those of its buckets. */
  since(earlier: Histogram): Histogram {
    const later = new Histogram();
    for (let index = 0; index < COUNTS_LENGTH; index++) {
      const count = (this.#counts[index] as number) - (earlier.#counts[index] as number);
      if (count === 0) continue;
      later.#counts[index] = count;
      later.#minUs = Math.min(later.#minUs, lowestValueAt(index));
      later.#maxUs = Math.min(this.#maxUs, highestValueAt(index));
    }
    later.#count = this.#count - earlier.#count;
    later.#sumUs = this.#sumUs - earlier.#sumUs;
    return later;
  }

  copy(): Histogram {
    const copy = new Histogram();
    copy.merge(this);
    return copy;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sumUs = 0;
    this.#minUs = Number.POSITIVE_INFINITY;
    this.#maxUs = 0;
  }

  /** HdrHistogram V2, compressed, base64; its values are microseconds. Any HdrHistogram library reads it. */
  toHdrBase64(): string {
    const plain = this.#encode();
    const compressed = deflateSync(plain);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(COMPRESSED_COOKIE, 0);
    head.writeUInt32BE(compressed.length, 4);
    return Buffer.concat([head, compressed]).toString("base64");
  }

  /**
   * What `toHdrBase64` has written, with what the buckets do not say: count, sum and extremes of the values themselves.
   * @throws RangeError when it is no such histogram, or the count is another one
   */
  static fromHdrBase64(text: string, exactly: HistogramFacts): Histogram {
    const plain = inflated(Buffer.from(text, "base64"));
    const histogram = new Histogram();
    let at = ENCODING_HEADER_BYTES;
    for (let index = 0; at < plain.length; ) {
      const [value, end] = readZigZag(plain, at);
      at = end;
      if (value < 0n) {
        index += Number(-value);
        continue;
      }
      if (index >= COUNTS_LENGTH) throw new RangeError("a histogram has more buckets than there are");
      histogram.#counts[index++] = Number(value);
      histogram.#count += Number(value);
    }
    if (histogram.#count !== exactly.count) throw new RangeError("a histogram does not hold what it says");
    histogram.#sumUs = exactly.sumUs;
    if (exactly.count > 0) histogram.#minUs = exactly.minUs;
    histogram.#maxUs = exactly.maxUs;
    return histogram;
  }

  #encode(): Buffer {
    const used = this.#count === 0 ? 0 : bucketOf(this.#maxUs) + 1;
    const out = Buffer.alloc(ENCODING_HEADER_BYTES + (used + 1) * LEB128_BYTES_MAX);
    let at = ENCODING_HEADER_BYTES;
    for (let index = 0; index < used; ) {
      const count = this.#counts[index] as number;
      if (count !== 0) {
        at = writeZigZag(BigInt(count), out, at);
        index++;
        continue;
      }
      const start = index;
      while (index < used && this.#counts[index] === 0) index++;
      // A run of empty buckets is one negative number.
      at = writeZigZag(BigInt(start - index), out, at);
    }
    out.writeUInt32BE(ENCODING_COOKIE, 0);
    out.writeUInt32BE(at - ENCODING_HEADER_BYTES, 4);
    out.writeUInt32BE(0, 8); // normalizing index offset
    out.writeUInt32BE(SIGNIFICANT_DIGITS, 12);
    out.writeBigInt64BE(1n, 16); // lowest discernible value
    out.writeBigInt64BE(BigInt(HIGHEST_TRACKABLE_US), 24);
    out.writeDoubleBE(1, 32); // conversion ratio
    return out.subarray(0, at);
  }
}

function inflated(bytes: Buffer): Buffer {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== COMPRESSED_COOKIE) throw new RangeError("this is no histogram");
  let plain: Buffer;
  try {
    const maxOutputLength = ENCODING_HEADER_BYTES + (COUNTS_LENGTH + 1) * LEB128_BYTES_MAX;
    plain = inflateSync(bytes.subarray(8), { maxOutputLength });
  } catch {
    throw new RangeError("a histogram is damaged");
  }
  if (plain.length < ENCODING_HEADER_BYTES || plain.readUInt32BE(0) !== ENCODING_COOKIE) {
    throw new RangeError("this is no histogram");
  }
  return plain;
}

/** Hot: the value as it is recorded. */
export function recordableUs(us: number): number {
  return us >= HIGHEST_TRACKABLE_US ? HIGHEST_TRACKABLE_US : us > 0 ? Math.round(us) : 0;
}

/** Hot: below 2,048 each value has its own counter; above, the top eleven bits choose it. */
export function bucketOf(value: number): number {
  if (value < SUB_BUCKET_COUNT) return value;
  const bucket = 32 - SUB_BUCKET_HALF_BITS - 1 - Math.clz32(value);
  return bucket * SUB_BUCKET_HALF + (value >>> bucket);
}

function lowestValueAt(index: number): number {
  return index === 0 ? 0 : highestValueAt(index - 1) + 1;
}

function highestValueAt(index: number): number {
  if (index < SUB_BUCKET_COUNT) return index;
  const bucket = (index >>> SUB_BUCKET_HALF_BITS) - 1;
  const step = 2 ** bucket;
  return (index - bucket * SUB_BUCKET_HALF) * step + step - 1;
}

/** The value, and where the next one begins. @throws RangeError when it is cut short */
function readZigZag(bytes: Buffer, start: number): [value: bigint, end: number] {
  let raw = 0n;
  for (let byte = 0; byte < LEB128_BYTES_MAX; byte++) {
    const code = bytes[start + byte];
    if (code === undefined) break;
    const isLast = byte === LEB128_BYTES_MAX - 1;
    raw |= BigInt(isLast ? code : code & 0x7f) << BigInt(7 * byte);
    if (isLast || code < 0x80) return [(raw >> 1n) ^ -(raw & 1n), start + byte + 1];
  }
  throw new RangeError("a histogram is cut short");
}

/** Seven bits a byte, least first, and a ninth byte that holds eight. */
function writeZigZag(value: bigint, out: Buffer, at: number): number {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  let end = at;
  for (let byte = 1; byte < LEB128_BYTES_MAX && rest > 0x7fn; byte++) {
    out[end++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  out[end++] = Number(rest);
  return end;
}
