import type { Random } from "./random.js";

/** Milliseconds between the moments at which a user means to act: a schedule that does not wait for answers. */
export type ThinkTime = (random: Random) => number;

/** Spread of the log-normal: its longest tenth of waits is above about 2.2 times the mean. */
const LOG_NORMAL_SIGMA = 1;

/** By name, each for a mean in ms. Exponential waits make many users together a Poisson stream, as real ones do. */
export const thinkTimes = {
  constant: (meanMs: number): ThinkTime => {
    return () => meanMs;
  },
  exponential: (meanMs: number): ThinkTime => {
    return (random) => -Math.log(1 - random.next()) * meanMs;
  },
  lognormal: (meanMs: number): ThinkTime => {
    const mu = Math.log(meanMs) - LOG_NORMAL_SIGMA ** 2 / 2;
    return (random) => Math.exp(mu + LOG_NORMAL_SIGMA * normal(random));
  },
} as const satisfies Record<string, (meanMs: number) => ThinkTime>;

export type ThinkTimeName = keyof typeof thinkTimes;

/** Box–Muller, one of the pair. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
