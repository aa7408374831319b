const nothing = Buffer.alloc(0);

/**
 * Bytes that arrived in chunks and are read in records. Chunks are only joined when a record spans them, and each byte is
 * joined at most once for the record that needs it, so a large record costs no more than its size.
 */
export class ByteQueue {
  #head: Buffer = nothing;
  #headAt = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #consumed = 0;

  /** Bytes held. */
  get length(): number {
    return this.#head.length - this.#headAt + this.#restBytes;
  }

  /** Position of the next byte in everything that was ever pushed. */
  get position(): number {
    return this.#consumed;
  }

  push(chunk: Buffer): void {
    if (this.#headAt === this.#head.length && this.#restBytes === 0) {
      this.#head = chunk;
      this.#headAt = 0;
      return;
    }
    this.#rest.push(chunk);
    this.#restBytes += chunk.length;
  }

  /**
   * A buffer whose bytes from `at` on are the next ones, at least `count` of them; `undefined` when fewer are there.
   * What it returns stays valid until the next call of `peek` or `skip`.
   */
  peek(count: number): { readonly bytes: Buffer; readonly at: number } | undefined {
    if (this.length < count) return undefined;
    if (this.#head.length - this.#headAt < count) {
      this.#head = Buffer.concat([this.#head.subarray(this.#headAt), ...this.#rest]);
      this.#headAt = 0;
      this.#rest = [];
      this.#restBytes = 0;
    }
    return { bytes: this.#head, at: this.#headAt };
  }

  /** Leaves out the next bytes, as many of `count` as are there; returns how many. */
  skip(count: number): number {
    const skipped = Math.min(count, this.length);
    let left = skipped;
    this.#consumed += skipped;
    while (left > 0) {
      const here = Math.min(left, this.#head.length - this.#headAt);
      this.#headAt += here;
      left -= here;
      if (left === 0) break;
      this.#head = this.#rest.shift() ?? nothing;
      this.#headAt = 0;
      this.#restBytes -= this.#head.length;
    }
    return skipped;
  }
}
