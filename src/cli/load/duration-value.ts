import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../net/duration.js";

/** Longer is a slip of the keyboard. */
export const DURATION_MAX_MS = 7 * 24 * 3_600_000;

/** Parses `15s`, `500ms`, `2m`, `1m30s`, `1.5h`, `1d` to ms, for commander; above 0. */
export function durationValue(text: string): number {
  const durationMs = durationOrNoneValue(text);
  if (durationMs > 0) return durationMs;
  throw new InvalidArgumentError("Expected a duration above 0 and up to 168h.");
}

/** The same for what may take no time: `0s`. */
export function durationOrNoneValue(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) throw new InvalidArgumentError("Expected a duration, as in 15s, 500ms or 1m30s.");
  if (durationMs <= DURATION_MAX_MS) return durationMs;
  throw new InvalidArgumentError("Expected a duration up to 168h.");
}
