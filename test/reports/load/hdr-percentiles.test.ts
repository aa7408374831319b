import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, it } from "vitest";
import { hdrPercentiles } from "../../../src/reports/load/hdr-percentiles.js";
import { Histogram } from "../../../src/runner/load/metrics/histogram.js";

function hdrOf(values: readonly number[]): string {
  const histogram = new Histogram();
  for (const value of values) histogram.recordUs(value);
  return histogram.toHdrBase64();
}

describe("hdrPercentiles", () => {
  it("says at each of its points what HdrHistogram's own library says", () => {
    const values = fc.array(fc.oneof(fc.nat(5000), fc.nat(0xffff_ffff)), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, (recorded) => {
        const hdr = hdrOf(recorded);
        const oracle = decodeFromCompressedBase64(hdr);
        const points = hdrPercentiles(hdr);
        for (const [percent, ms] of points.slice(1)) {
          expect(ms * 1000).toBeCloseTo(oracle.getValueAtPercentile(percent), 3);
        }
        expect(points[0]?.[0]).toBe(0);
        expect(points.at(-1)?.[0]).toBe(100);
      }),
      { numRuns: 40 },
    );
  });

  it("never goes down", () => {
    const points = hdrPercentiles(hdrOf(Array.from({ length: 5000 }, (_, index) => index * index)));
    expect(points.length).toBeGreaterThan(50);
    for (const [index, [percent, ms]] of points.entries()) {
      const [beforePercent, beforeMs] = points[index - 1] ?? [-1, 0];
      expect(percent).toBeGreaterThan(beforePercent);
      expect(ms).toBeGreaterThanOrEqual(beforeMs);
    }
  });

  it("has no points for a histogram without values", () => {
    expect(hdrPercentiles(hdrOf([]))).toEqual([]);
  });

  it.each([
    ["nothing", ""],
    ["other bytes", "aGVsbG8gd29ybGQ="],
    ["a head alone", Buffer.from("1c84931400000000", "hex").toString("base64")],
    ["counts that end within a number", packed("80808080")],
    ["more buckets than there are", packed("ffffffffffffffffff")],
    ["bytes that swell", packed("02".repeat(2 << 20))],
  ])("refuses %s", (_, hdr) => {
    expect(() => hdrPercentiles(hdr)).toThrow();
  });
});

/** A histogram with these counts, by the layout of HdrHistogram V2. */
function packed(countsHex: string): string {
  const counts = Buffer.from(countsHex, "hex");
  const head = Buffer.from(`1c849313${counts.length.toString(16).padStart(8, "0")}${"00".repeat(32)}`, "hex");
  const body = deflateSync(Buffer.concat([head, counts]));
  return Buffer.concat([Buffer.from("1c849314", "hex"), Buffer.alloc(4), body]).toString("base64");
}
