import { InvalidArgumentError } from "commander";

/** Parses `30%` as 0.3, `all` as 1 and `none` as 0, for commander. */
export function shareValue(text: string): number {
  if (text === "all") return 1;
  if (text === "none") return 0;
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent === undefined || Number(percent) > 100) {
    throw new InvalidArgumentError("Expected a share as in 30%, all or none.");
  }
  return Number(percent) / 100;
}
