/** A position in a pasted text, both from 1; columns count UTF-16 units as editors do. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Text that should hold bytes and does not: says where, and what was expected there. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly line: number;
  readonly column: number;

  constructor(
    position: TextPosition,
    readonly problem: string,
    readonly expected: string,
  ) {
    super(`line ${position.line}, column ${position.column}: ${problem}; expected ${expected}`);
    this.line = position.line;
    this.column = position.column;
  }
}
