/** Where the bytes of many PDUs are kept. Positions are given out in order, and stay. */
export interface PduStore {
  /** Copies `bytes[start, end)`; returns its position. */
  append(bytes: Buffer, start: number, end: number): number;
  /** The `length` bytes at a position, valid until the next call. */
  read(position: number, length: number): Buffer;
}

const SLAB_BYTES = 4 << 20;

/** Keeps bytes in memory, in slabs; one append never spans two. */
export class MemoryPduStore implements PduStore {
  readonly #slabs: Buffer[] = [];
  /** Position at which each slab begins. */
  readonly #starts: number[] = [];
  #used = SLAB_BYTES;
  #next = 0;

  get sizeBytes(): number {
    return this.#next;
  }

  append(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    const last = this.#slabs.at(-1);
    const slab = last !== undefined && this.#used + length <= last.length ? last : this.#newSlab(length);
    bytes.copy(slab, this.#used, start, end);
    this.#used += length;
    this.#next += length;
    return this.#next - length;
  }

  read(position: number, length: number): Buffer {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    const at = position - (this.#starts[low] ?? 0);
    return (this.#slabs[low] ?? nothing).subarray(at, at + length);
  }

  #newSlab(length: number): Buffer {
    const slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, length));
    this.#slabs.push(slab);
    this.#starts.push(this.#next);
    this.#used = 0;
    return slab;
  }
}

const nothing = Buffer.alloc(0);
