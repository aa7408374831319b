/** A filter that cannot be understood: one line, with the column from 1 and the place marked in the text. */
export class FilterError extends Error {
  override readonly name = "FilterError";

  constructor(
    source: string,
    /** Characters from the start. */
    readonly position: number,
    problem: string,
  ) {
    super(`column ${position + 1}: ${problem}: ${marked(source, position)}`);
  }
}

const AROUND_CHARS = 30;

/** `command == ▸nonsense`: a caret that needs no second line. */
function marked(source: string, position: number): string {
  const from = Math.max(0, position - AROUND_CHARS);
  const to = Math.min(source.length, position + AROUND_CHARS);
  const [before, after] = [source.slice(from, position), source.slice(position, to)];
  return `${from > 0 ? "…" : ""}${before}▸${after}${to < source.length ? "…" : ""}`;
}
