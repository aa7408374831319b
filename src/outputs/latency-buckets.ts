/** Upper bounds of the buckets that outputs make of a trend, in ms: three a decade, from 0.1 ms to 50 s. */
export const bucketBoundsMs: readonly number[] = [0.1, 1, 10, 100, 1000, 10_000].flatMap((decade) =>
  [1, 2, 5].map((step) => Number((decade * step).toPrecision(1))),
);
