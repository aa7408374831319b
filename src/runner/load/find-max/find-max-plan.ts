import type { Threshold } from "../metrics/threshold.js";

/** A search for the highest rate at which a condition holds. */
export interface FindMaxPlan {
  /** What must hold during a step; all of it. */
  readonly conditions: readonly Threshold[];
  readonly startPerSecond: number;
  /** No step goes above this. */
  readonly maxPerSecond: number;
  /** How long each rate is kept up. */
  readonly stepMs: number;
  /** How long after a step, at most, the next one waits for what is still under way. */
  readonly coolDownMs: number;
  /** The first rate is kept up for so long before the first step: whoever must log in first does it then. */
  readonly warmUpMs: number;
  /** The search is over when a rate that holds and one that does not are this close: 0.05 = 5 %. */
  readonly precision: number;
}

/**
 * The rates of a search whose parts do not hear of each other, lowest first: all of them, each above the one before by the
 * precision, so that the highest that holds and the lowest that does not are as close as a search would have them.
 */
export function ladderOf({ startPerSecond, maxPerSecond, precision }: FindMaxPlan): number[] {
  const rates: number[] = [];
  for (
    let rung = 0, rate = startPerSecond;
    rate < maxPerSecond;
    rate = roundedRate(startPerSecond * (1 + precision) ** rung)
  ) {
    if (rate > (rates.at(-1) ?? 0)) rates.push(rate);
    rung++;
  }
  return [...rates, maxPerSecond];
}

/** To three digits: a rate is to be said, not computed with. */
export function roundedRate(rate: number): number {
  return Number(rate.toPrecision(3));
}

export const findMaxDefaults = {
  stepMs: 10_000,
  coolDownMs: 5000,
  warmUpMs: 0,
  precision: 0.05,
} as const;
