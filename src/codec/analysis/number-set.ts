const INITIAL_SIZE_BYTES = 8192;

/** A set of small whole numbers, a bit each: connections are numbered from 0 or 1 upwards. */
export class NumberSet {
  #bits = new Uint8Array(INITIAL_SIZE_BYTES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(number: number): void {
    const at = Math.floor(number / 8);
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const mask = 1 << (number & 7);
    if (((this.#bits[at] as number) & mask) !== 0) return;
    this.#bits[at] = (this.#bits[at] as number) | mask;
    this.#size++;
  }
}
