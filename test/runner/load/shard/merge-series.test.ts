import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoadSnapshot, SecondCounts } from "../../../../src/runner/load/load-event.js";
import { ratesOf } from "../../../../src/runner/load/metrics/second-rates.js";
import { mergeSeries } from "../../../../src/runner/load/shard/merge-series.js";
import { heldLoad } from "../../../helpers/load-result.js";

const [snapshot] = heldLoad.series as readonly [LoadSnapshot];

/** As a shard that began at 0 has them. */
function shardOf(seconds: readonly SecondCounts[]) {
  const series = seconds.map((counts, at) => ({ ...snapshot, atMs: (at + 1) * 1000, ...ratesOf(counts) }));
  return { epochMs: 0, series, seconds };
}

const count = fc.nat(100_000);
const parts = fc.array(
  fc.record({
    iterations: count,
    sent: count,
    acked: count,
    delivered: count,
    pdusSent: count,
    pdusReceived: count,
  }),
  { minLength: 1, maxLength: 5 },
);

describe("mergeSeries", () => {
  it("says the rates, to the last bit, that one process says which has counted all of it", () => {
    fc.assert(
      fc.property(parts, fc.double({ min: 1, max: 3000, noNaN: true }), (all, elapsedMs) => {
        const total = (name: keyof (typeof all)[number]) => all.reduce((sum, part) => sum + part[name], 0);
        const whole: SecondCounts = {
          elapsedMs,
          iterations: total("iterations"),
          sent: total("sent"),
          acked: total("acked"),
          delivered: total("delivered"),
          pdusSent: total("pdusSent"),
          pdusReceived: total("pdusReceived"),
        };
        const [second] = mergeSeries(all.map((part) => shardOf([{ elapsedMs, ...part }])));
        expect(second).toMatchObject(ratesOf(whole));
      }),
    );
  });

  it("takes a second to be as long as the longest of its parts", () => {
    const counts = { iterations: 3, sent: 3, acked: 3, delivered: 3, pdusSent: 3, pdusReceived: 3 };
    const [second] = mergeSeries([
      shardOf([{ elapsedMs: 1000, ...counts }]),
      shardOf([{ elapsedMs: 1500, ...counts }]),
    ]);
    expect(second).toMatchObject({ sentPerSecond: 4, pdusSentPerSecond: 4 });
  });

  it("refuses a shard that lacks what was counted in a second", () => {
    const { seconds: _, ...shard } = shardOf([
      { elapsedMs: 1000, iterations: 1, sent: 1, acked: 1, delivered: 1, pdusSent: 1, pdusReceived: 1 },
    ]);
    expect(() => mergeSeries([{ ...shard, seconds: [] }])).toThrow(RangeError);
  });
});
