/**
 * Bounds between the rows of a heat map of latency, in ms: six a decade, from 0.1 ms to 46 s. A row has the values from its
 * lower bound to just below the next; the first one has everything below the first bound.
 */
export const latencyBoundsMs: readonly number[] = Array.from({ length: 35 }, (_, index) =>
  Number((0.1 * 10 ** (index / 6)).toPrecision(3)),
);
