import { InvalidArgumentError } from "commander";
import type { Segment } from "../../../runner/load/segment.js";

export const SEGMENTS_MAX = 1000;

/** Parses `0/3` for commander. */
export function segmentValue(text: string): Segment {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || count < 1 || count > SEGMENTS_MAX) {
    throw new InvalidArgumentError(`Expected i/n, as in 0/3, with n up to ${SEGMENTS_MAX}.`);
  }
  if (index >= count)
    throw new InvalidArgumentError(`The segments of ${count} are 0/${count} to ${count - 1}/${count}.`);
  return { index, count };
}
