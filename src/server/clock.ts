/** Wall clock, handed in so that tests can turn it. */
export interface Clock {
  nowMs(): number;
}

/** Unix seconds, the unit of every time on the wire and in storage. */
export function nowSeconds(clock: Clock): number {
  return Math.floor(clock.nowMs() / 1000);
}
