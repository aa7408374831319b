import { InvalidArgumentError } from "commander";
import type { Stage } from "../../runner/load/crowd/pace.js";
import { durationOrNoneValue } from "./duration-value.js";

const ACTS_PER_SECOND_MAX = 10_000_000;

/**
 * Parses `10s:100`, which may be given several times, for commander: in 10 s the rate comes to 100 acts a second. `0s:100`
 * is a jump.
 */
export function stageValues(text: string, before: readonly Stage[] | undefined): readonly Stage[] {
  const [, time, rate] = /^([^:]+):(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const actsPerSecond = Number(rate);
  if (time === undefined || !(actsPerSecond <= ACTS_PER_SECOND_MAX)) {
    throw new InvalidArgumentError("Expected a time and the acts a second at its end, as in 10s:100.");
  }
  return [...(before ?? []), { durationMs: durationOrNoneValue(time), actsPerSecond }];
}
