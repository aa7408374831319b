import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../net/duration.js";

const DURATION_MAX_MS = 7 * 24 * 3_600_000;

/** Parses `15s`, `500ms`, `2m`, `1m30s`, `1.5h` to ms, for commander. Longer than a week is a slip of the keyboard. */
export function durationValue(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) throw new InvalidArgumentError("Expected a duration, as in 15s, 500ms or 1m30s.");
  if (durationMs > 0 && durationMs <= DURATION_MAX_MS) return durationMs;
  throw new InvalidArgumentError("Expected a duration above 0 and up to 168h.");
}
