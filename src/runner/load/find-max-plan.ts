import type { Threshold } from "./threshold.js";

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

export const findMaxDefaults = {
  stepMs: 10_000,
  coolDownMs: 5000,
  warmUpMs: 0,
  precision: 0.05,
} as const;
