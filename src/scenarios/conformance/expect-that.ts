import { ExpectationError } from "../../client/expectation-error.js";

/** @throws ExpectationError unless the condition holds */
export function expectThat(holds: boolean, expected: string, actual: unknown): asserts holds {
  if (!holds) throw new ExpectationError(expected, inWords(actual));
}

/** Compares by content: numbers, texts, bytes and lists of them. @throws ExpectationError */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [expectedWords, actualWords] = [inWords(expected), inWords(actual)];
  if (expectedWords !== actualWords) throw new ExpectationError(`${what} ${expectedWords}`, actualWords);
}

function inWords(value: unknown): string {
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return `${value.length} bytes ${value.toString("hex")}`;
  return (
    JSON.stringify(value, (_, inner) => (isBufferJson(inner) ? Buffer.from(inner.data).toString("hex") : inner)) ??
    "nothing"
  );
}

function isBufferJson(value: unknown): value is { type: "Buffer"; data: number[] } {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer";
}
