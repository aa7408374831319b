const HELD_MAX_CHARS = 1 << 20;

/** What is to be printed once a view has left the terminal; of much, the end. */
export class HeldOutput {
  #text = "";
  #leftOutChars = 0;

  add(text: string): void {
    this.#text += text;
    // Not cut each time: that would copy all of it for every line.
    if (this.#text.length > 2 * HELD_MAX_CHARS) this.#cut();
  }

  /** All of it; there is nothing afterwards. */
  take(): string {
    if (this.#text.length > HELD_MAX_CHARS) this.#cut();
    const leftOut = this.#leftOutChars === 0 ? "" : `… ${this.#leftOutChars} characters before this are left out\n`;
    const text = leftOut + this.#text;
    this.#text = "";
    this.#leftOutChars = 0;
    return text;
  }

  /** Where a line begins, if there is one. */
  #cut(): void {
    const fromChars = this.#text.length - HELD_MAX_CHARS;
    const cutChars = this.#text.indexOf("\n", fromChars - 1) + 1 || fromChars;
    this.#text = this.#text.slice(cutChars);
    this.#leftOutChars += cutChars;
  }
}
