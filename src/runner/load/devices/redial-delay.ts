import type { Random } from "../../../scenarios/load/random.js";

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * How long a device that lost its connection waits before it dials again: half of it chance, so that a crowd which lost its
 * server together does not come back together; doubled with each failure. `attempt` counts from 1.
 */
export function redialDelayMs(attempt: number, random: Random): number {
  const mostMs = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  return mostMs * (0.5 + 0.5 * random.next());
}
