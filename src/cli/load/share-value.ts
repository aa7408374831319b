import { InvalidArgumentError } from "commander";

/** Parses `5%` as 0.05, for commander; from 0.1 % to 100 %. */
export function positiveShareValue(text: string): number {
  const share = /%$/.test(text) ? shareValue(text) : 0;
  if (share >= 0.001) return share;
  throw new InvalidArgumentError("Expected a share from 0.1% to 100%.");
}

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
