const CHUNK_SIZE_BYTES = 256 * 1024;

/**
 * Contents of messages, one behind the other in large buffers: a million messages are some hundred objects for the garbage
 * collector. A chunk goes when no message refers to it any more.
 */
export class ContentChunks {
  #chunk = Buffer.alloc(0);
  #used = 0;

  /** Of what was added last: the bytes lie there for good, from `start` on. */
  get chunk(): Buffer {
    return this.#chunk;
  }

  /** Copies the content. @returns where it starts in `chunk` */
  add(content: Buffer): number {
    if (this.#used + content.length > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_SIZE_BYTES, content.length));
      this.#used = 0;
    }
    const start = this.#used;
    this.#chunk.set(content, start);
    this.#used += content.length;
    return start;
  }
}
