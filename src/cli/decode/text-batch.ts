const BATCH_BYTES = 1 << 18;
const UTF8_BYTES_MAX = 3;

/**
 * Text gathered as bytes. Strings put together would be copied once more, and a single name that is not Latin makes all of such
 * a string twice as large and slow to encode.
 */
export class TextBatch {
  #bytes = Buffer.allocUnsafeSlow(BATCH_BYTES);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Whether it is time to write. */
  get isFull(): boolean {
    return this.#length > BATCH_BYTES / 2;
  }

  add(text: string): void {
    if (text === "") return;
    const needed = text.length * UTF8_BYTES_MAX;
    if (this.#bytes.length - this.#length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + needed));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** What was gathered; whoever writes it may keep it. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafeSlow(BATCH_BYTES);
    this.#length = 0;
    return taken;
  }
}
