import type { ByteSink } from "../codec/body-codec.js";

const CHUNK_SIZE_MIN_BYTES = 8 * 1024;
/** Sizes are powers of two; larger buffers than these are left to the garbage collector. */
const CHUNK_SIZE_MAX_BYTES = 1024 * 1024;
/** Of each size. */
const POOLED_MAX_BYTES = 4 * 1024 * 1024;

// Shared by all outboxes: a connection holds a buffer only while it has something to say.
const pools = new Map<number, Buffer[]>();

/**
 * Bytes waiting to be written to one connection. PDUs are encoded straight into it; `take` hands the whole of it over
 * for one write, and `recycle` brings the buffer back once that write is done.
 */
export class Outbox implements ByteSink {
  #buffer: Buffer | undefined;
  #used = 0;

  get buffer(): Buffer {
    return this.#buffer as Buffer;
  }

  get sizeBytes(): number {
    return this.#used;
  }

  reserve(sizeBytes: number): number {
    const at = this.#used;
    const needed = at + sizeBytes;
    if (this.#buffer === undefined || this.#buffer.length < needed) this.#grow(needed);
    this.#used = needed;
    return at;
  }

  append(bytes: Buffer, start: number, end: number): void {
    const at = this.reserve(end - start);
    bytes.copy(this.buffer, at, start, end);
  }

  /** The buffer, of which the first `sizeBytes` are to be written. */
  take(): Buffer {
    const taken = this.buffer;
    this.#buffer = undefined;
    this.#used = 0;
    return taken;
  }

  clear(): void {
    if (this.#buffer !== undefined) Outbox.recycle(this.#buffer);
    this.#buffer = undefined;
    this.#used = 0;
  }

  /** Gives a buffer that `take` handed out back. */
  static recycle(taken: Buffer): void {
    const pool = pools.get(taken.length);
    if (pool !== undefined && pool.length * taken.length < POOLED_MAX_BYTES) pool.push(taken);
  }

  #grow(needed: number): void {
    const size = Math.max(CHUNK_SIZE_MIN_BYTES, 2 ** Math.ceil(Math.log2(needed)));
    const grown = pools.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
    if (!pools.has(size) && size <= CHUNK_SIZE_MAX_BYTES) pools.set(size, []);
    if (this.#buffer !== undefined) {
      this.#buffer.copy(grown, 0, 0, this.#used);
      Outbox.recycle(this.#buffer);
    }
    this.#buffer = grown;
  }
}
