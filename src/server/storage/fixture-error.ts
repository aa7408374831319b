/** The fixture cannot be used. The message is one line: path, line (from 1), and what is wrong with what stands there. */
export class FixtureError extends Error {
  override readonly name = "FixtureError";
  constructor(
    readonly path: string,
    readonly line: number,
    readonly problem: string,
  ) {
    super(`${path}:${line}: ${problem}`.replaceAll(/\s+/g, " "));
  }
}
