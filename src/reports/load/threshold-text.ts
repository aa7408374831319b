import type { ThresholdResult } from "../../runner/load/metrics/threshold.js";

/** What a threshold was compared with, in words: `61.2 ms`, `16/s`, `0`, or that there was nothing. */
export function thresholdText({ actual, unit }: ThresholdResult): string {
  if (actual === null) return "nothing was measured";
  if (unit === undefined) return String(actual);
  return unit.startsWith("/") ? `${actual}${unit}` : `${actual} ${unit}`;
}
