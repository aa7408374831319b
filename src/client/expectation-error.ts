/** A peer did not do what was expected of it: both halves are for people to compare. */
export class ExpectationError extends Error {
  override readonly name = "ExpectationError";

  constructor(
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`expected ${expected}; got ${actual}`);
  }
}
