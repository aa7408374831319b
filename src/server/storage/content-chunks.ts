const CHUNK_SIZE_BYTES = 256 * 1024;
/** Emptied chunks that wait to be filled again: 8 MiB. */
const SPARE_CHUNKS_MAX = 32;
const nothing = Buffer.alloc(0);

/**
 * Contents of messages, one behind the other in large chunks of memory, which are known by their numbers: nothing that the
 * garbage collector would have to look at, however many messages there are. A chunk whose contents are all released is
 * filled anew.
 */
export class ContentChunks {
  readonly #chunks: Buffer[] = [];
  /** By chunk: contents in it that are not released. */
  readonly #live: number[] = [];
  /** Numbers that are free again. */
  readonly #free: number[] = [];
  readonly #spare: Buffer[] = [];
  #filling: number;
  #used = 0;

  constructor() {
    this.#filling = this.#begin(CHUNK_SIZE_BYTES);
  }

  /** What all chunks in use take. */
  get sizeBytes(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /** Of what was added last. */
  get chunk(): number {
    return this.#filling;
  }

  /** Hot: copies the content. @returns where it starts in `chunk` */
  add(content: Buffer): number {
    let chunk = this.#chunks[this.#filling] as Buffer;
    if (this.#used + content.length > chunk.length) chunk = this.#next(content.length);
    const start = this.#used;
    chunk.set(content, start);
    this.#used += content.length;
    this.#live[this.#filling] = (this.#live[this.#filling] as number) + 1;
    return start;
  }

  /** A copy: a content's place may pass on to another one. */
  read(chunk: number, start: number, length: number): Buffer {
    return Buffer.from((this.#chunks[chunk] as Buffer).subarray(start, start + length));
  }

  /** Nobody asks for a content of the chunk any more. */
  release(chunk: number): void {
    const live = (this.#live[chunk] as number) - 1;
    this.#live[chunk] = live;
    if (live === 0 && chunk !== this.#filling) this.#empty(chunk);
  }

  /** Takes a content out of its chunk, which it would keep in memory. @returns a chunk of its own, in which it starts at 0 */
  apart(chunk: number, start: number, length: number): number {
    const own = this.#begin(length);
    (this.#chunks[chunk] as Buffer).copy(this.#chunks[own] as Buffer, 0, start, start + length);
    this.#live[own] = 1;
    this.release(chunk);
    return own;
  }

  #next(sizeBytes: number): Buffer {
    const full = this.#filling;
    this.#filling = this.#begin(Math.max(CHUNK_SIZE_BYTES, sizeBytes));
    this.#used = 0;
    if (this.#live[full] === 0) this.#empty(full);
    return this.#chunks[this.#filling] as Buffer;
  }

  #begin(sizeBytes: number): number {
    const chunk = this.#number();
    const spare = sizeBytes === CHUNK_SIZE_BYTES ? this.#spare.pop() : undefined;
    this.#chunks[chunk] = spare ?? Buffer.allocUnsafeSlow(sizeBytes);
    this.#live[chunk] = 0;
    return chunk;
  }

  #number(): number {
    return this.#free.pop() ?? this.#chunks.length;
  }

  #empty(chunk: number): void {
    const emptied = this.#chunks[chunk] as Buffer;
    if (emptied.length === CHUNK_SIZE_BYTES && this.#spare.length < SPARE_CHUNKS_MAX) this.#spare.push(emptied);
    this.#chunks[chunk] = nothing;
    this.#free.push(chunk);
  }
}
