import { ExpectationError } from "../../client/expectation-error.js";

/** @throws ExpectationError unless the condition holds */
export function expectThat(holds: boolean, expected: string, actual: unknown): asserts holds {
  if (!holds) throw new ExpectationError(expected, inWords(actual));
}

/** Compares by content: numbers, texts, bytes, bodies and lists of them. @throws ExpectationError */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [expectedWords, actualWords] = [inWords(expected), inWords(actual)];
  if (expectedWords !== actualWords) throw new ExpectationError(`${what} ${expectedWords}`, actualWords);
}

function inWords(value: unknown): string {
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return `${value.length} bytes ${value.toString("hex")}`;
  return JSON.stringify(value, (_, inner) => comparable(inner)) ?? "nothing";
}

/** Bytes as hex, and fields in one order: a decoder keeps that of the wire, where it means nothing. */
function comparable(value: unknown): unknown {
  if (isBufferJson(value)) return Buffer.from(value.data).toString("hex");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isBufferJson(value: unknown): value is { type: "Buffer"; data: number[] } {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer";
}
