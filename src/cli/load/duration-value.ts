import { InvalidArgumentError } from "commander";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/y;
const DURATION_MAX_MS = 7 * 24 * 3_600_000;

/** Parses `15s`, `500ms`, `2m`, `1m30s`, `1.5h` to ms, for commander. Longer than a week is a slip of the keyboard. */
export function durationValue(text: string): number {
  let durationMs = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) throw new InvalidArgumentError("Expected a duration, as in 15s, 500ms or 1m30s.");
    durationMs += Number(part[1]) * (unitsMs[part[2] as string] as number);
  }
  if (durationMs <= 0 || durationMs > DURATION_MAX_MS) {
    throw new InvalidArgumentError("Expected a duration above 0 and up to 168h.");
  }
  return durationMs;
}
