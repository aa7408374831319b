/** Text that was made from another, and where in that one each of its characters comes from. */
export class RewrittenText {
  /** Offsets behind each replacement, ascending, and what to add there to come to the text before. */
  readonly #starts: number[] = [];
  readonly #shifts: number[] = [];

  private constructor(
    readonly text: string,
    readonly before: RewrittenText | undefined,
  ) {}

  static of(text: string): RewrittenText {
    return new RewrittenText(text, undefined);
  }

  /** With every match of a global pattern replaced; the same object when there is none. */
  replace(pattern: RegExp, replacement: (match: string) => string): RewrittenText {
    const parts: string[] = [];
    const places: [start: number, shift: number][] = [];
    let [from, length] = [0, 0];
    for (const { 0: match, index } of this.text.matchAll(pattern)) {
      const put = replacement(match);
      if (put === match) continue;
      parts.push(this.text.slice(from, index), put);
      length += index - from + put.length;
      from = index + match.length;
      places.push([length, from - length]);
    }
    if (places.length === 0) return this;
    parts.push(this.text.slice(from));
    const rewritten = new RewrittenText(parts.join(""), this);
    for (const [start, shift] of places) {
      rewritten.#starts.push(start);
      rewritten.#shifts.push(shift);
    }
    return rewritten;
  }

  /** With a text of the same length instead, each character in its place. */
  replaceInPlace(text: string): RewrittenText {
    return text === this.text ? this : new RewrittenText(text, this);
  }

  /** The offset in the text that all began with. */
  originOf(offset: number): number {
    if (this.before === undefined) return offset;
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const shifted = offset + (low === 0 ? 0 : (this.#shifts[low - 1] ?? 0));
    return this.before.originOf(Math.min(shifted, this.before.text.length));
  }
}
