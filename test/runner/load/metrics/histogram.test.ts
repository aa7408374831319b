import fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../../../src/runner/load/metrics/histogram.js";

const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 0xffff_ffff })), {
  maxLength: 300,
});

function histogramOf(recorded: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of recorded) histogram.recordUs(value);
  return histogram;
}

/** The library's reading of our export; 64-bit buckets, no WebAssembly. */
function readBack(histogram: Histogram) {
  return decodeFromCompressedBase64(histogram.toHdrBase64(), 64, false);
}

describe("Histogram", () => {
  it("gives percentiles, mean and extremes of a known series", () => {
    const histogram = histogramOf(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(histogram.count).toBe(1000);
    expect(histogram.percentileUs(50)).toBe(500);
    expect(histogram.percentileUs(99)).toBe(990);
    expect(histogram.percentileUs(99.9)).toBe(999);
    expect(histogram.percentileUs(100)).toBe(1000);
    expect(histogram.meanUs).toBe(500.5);
    expect(histogram.minUs).toBe(1);
    expect(histogram.maxUs).toBe(1000);
  });

  it("is empty before anything is recorded and after a reset", () => {
    const histogram = histogramOf([7, 9]);
    histogram.reset();
    for (const empty of [histogram, new Histogram()]) {
      expect([empty.count, empty.minUs, empty.maxUs, empty.meanUs, empty.percentileUs(99)]).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it("rounds fractions, lifts negative values to 0 and cuts at the highest trackable value", () => {
    const histogram = histogramOf([1.6, -5, 1e12]);
    expect(histogram.percentileUs(1)).toBe(0);
    expect(histogram.percentileUs(50)).toBe(2);
    expect(histogram.maxUs).toBe(0xffff_ffff);
  });

  it("keeps every percentile within three significant digits of the exact one", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.1, max: 100, noNaN: true }), (recorded, percent) => {
        fc.pre(recorded.length > 0);
        const sorted = [...recorded].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length - 1e-9)) - 1] as number;
        const approximate = histogramOf(recorded).percentileUs(percent);
        expect(approximate).toBeGreaterThanOrEqual(exact);
        expect(approximate).toBeLessThanOrEqual(exact * 1.001);
      }),
    );
  });

  it("reads back what it has written, to the bit, and refuses what it has not", () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const histogram = histogramOf(recorded);
        const { count, sumUs, minUs, maxUs } = histogram;
        const read = Histogram.fromHdrBase64(histogram.toHdrBase64(), { count, sumUs, minUs, maxUs });
        expect(read).toEqual(histogram);
        expect(read.toHdrBase64()).toBe(histogram.toHdrBase64());
        expect([read.minUs, read.maxUs, read.sumUs]).toEqual([minUs, maxUs, sumUs]);
        for (const percent of [50, 99, 100]) expect(read.percentileUs(percent)).toBe(histogram.percentileUs(percent));
      }),
    );
    const facts = { count: 1, sumUs: 7, minUs: 7, maxUs: 7 };
    const whole = histogramOf([7]).toHdrBase64();
    for (const text of ["", "AAAA", whole.slice(0, -8), histogramOf([7, 8]).toHdrBase64()]) {
      expect(() => Histogram.fromHdrBase64(text, facts)).toThrow(RangeError);
    }
  });

  it("merges to exactly what one histogram of all values holds, bit for bit", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const merged = histogramOf(left);
        merged.merge(histogramOf(right));
        const whole = histogramOf([...left, ...right]);
        expect(merged.toHdrBase64()).toBe(whole.toHdrBase64());
        expect([merged.count, merged.minUs, merged.maxUs, merged.meanUs]).toEqual([
          whole.count,
          whole.minUs,
          whole.maxUs,
          whole.meanUs,
        ]);
      }),
    );
  });

  it("exports what HdrHistogram's own library reads as the same distribution", () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const ours = histogramOf(recorded);
        const theirs = readBack(ours);
        expect(theirs.totalCount).toBe(recorded.length);
        for (const percent of [50, 90, 99, 99.9, 100]) {
          const highest = theirs.getValueAtPercentile(percent);
          expect(Math.min(highest, ours.maxUs)).toBe(ours.percentileUs(percent));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("countsBetweenUs", () => {
  it("counts each value in one row, to the precision of a bucket", () => {
    const bounds = [100, 1000, 10_000];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(50), fc.integer({ min: 101, max: 900 }), fc.integer({ min: 11_000, max: 1e7 }))),
        (values) => {
          const histogram = new Histogram();
          for (const value of values) histogram.recordUs(value);
          const within = (from: number, to: number) => values.filter((value) => value >= from && value < to).length;
          const all = Number.POSITIVE_INFINITY;
          expect(histogram.countsBetweenUs(bounds)).toEqual([
            within(0, 100),
            within(100, 1000),
            0,
            within(10_000, all),
          ]);
        },
      ),
    );
  });

  it("puts a value that equals a bound above it", () => {
    const histogram = new Histogram();
    for (const value of [99, 100, 1000]) histogram.recordUs(value);
    expect(histogram.countsBetweenUs([100, 1000])).toEqual([1, 1, 1]);
  });
});

describe("what came since", () => {
  it("is what was recorded after the copy", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000_000)), fc.array(fc.nat(5_000_000), { minLength: 1 }), (before, after) => {
        const all = new Histogram();
        const later = new Histogram();
        for (const us of before) all.recordUs(us);
        const copy = all.copy();
        for (const us of after) {
          all.recordUs(us);
          later.recordUs(us);
        }
        const since = all.since(copy);
        expect(since.count).toBe(later.count);
        expect(since.meanUs).toBeCloseTo(later.meanUs);
        // The same buckets; the greatest value is known to its bucket only.
        expect(Math.abs(since.percentileUs(50) - later.percentileUs(50))).toBeLessThanOrEqual(
          later.percentileUs(50) / 1000,
        );
      }),
    );
  });
});
