import type { ByteSink } from "../codec/body-codec.js";

const CHUNK_SIZE_BYTES = 8 * 1024;
const POOLED_CHUNKS_MAX = 1024;

// Shared by all outboxes: a connection holds a buffer only while it has something to say.
const pool: Buffer[] = [];

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

  take(): Buffer {
    const taken = this.buffer.subarray(0, this.#used);
    this.#buffer = undefined;
    this.#used = 0;
    return taken;
  }

  clear(): void {
    if (this.#buffer !== undefined) Outbox.recycle(this.#buffer);
    this.#buffer = undefined;
    this.#used = 0;
  }

  /** Gives a buffer that `take` handed out back; only those of the common size are kept. */
  static recycle(taken: Buffer): void {
    if (taken.buffer.byteLength === CHUNK_SIZE_BYTES && pool.length < POOLED_CHUNKS_MAX) {
      pool.push(Buffer.from(taken.buffer));
    }
  }

  #grow(needed: number): void {
    const size = Math.max(CHUNK_SIZE_BYTES, 2 ** Math.ceil(Math.log2(needed)));
    // Slow, so that the buffer has an ArrayBuffer of its own and can be recycled from any view of it.
    const grown =
      size === CHUNK_SIZE_BYTES ? (pool.pop() ?? Buffer.allocUnsafeSlow(size)) : Buffer.allocUnsafeSlow(size);
    if (this.#buffer !== undefined) {
      this.#buffer.copy(grown, 0, 0, this.#used);
      Outbox.recycle(this.#buffer);
    }
    this.#buffer = grown;
  }
}
