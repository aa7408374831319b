import type { ThresholdResult } from "../../runner/load/threshold.js";

/** What a threshold was compared with, in words: `61.2`, or that there was nothing. */
export function thresholdText({ actual }: ThresholdResult): string {
  return actual === null ? "nothing was measured" : String(actual);
}
