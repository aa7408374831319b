import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../../net/duration.js";

/** A moment, by the clock or from now. */
export type StartAt = { readonly atMs: number } | { readonly inMs: number };

const IN_MAX_MS = 24 * 3_600_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)$/;

/** Parses an ISO 8601 time with its zone, unix seconds, or `+30s`, for commander. */
export function startAtValue(text: string): StartAt {
  if (text.startsWith("+")) {
    const inMs = parseDuration(text.slice(1));
    if (inMs !== undefined && inMs <= IN_MAX_MS) return { inMs };
  }
  if (/^\d{9,11}(\.\d{1,3})?$/.test(text)) return { atMs: Math.round(Number(text) * 1000) };
  const atMs = ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return { atMs };
  throw new InvalidArgumentError(
    "Expected a time, as in 2026-11-25T21:00:00Z, 1795640400 (unix s) or +30s, up to a day.",
  );
}
