type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

const INITIAL_LENGTH = 1024;

/** A typed array that grows: one number for each row of a large table. */
export class GrowingColumn<T extends Numbers> {
  #values: T;
  #length = 0;

  constructor(private readonly make: new (length: number) => T) {
    this.#values = new make(INITIAL_LENGTH);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new this.make(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** 0 for a row that is not there. */
  at(row: number): number {
    return this.#values[row] ?? 0;
  }

  set(row: number, value: number): void {
    this.#values[row] = value;
  }
}
