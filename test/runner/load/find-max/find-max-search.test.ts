import { describe, expect, it } from "vitest";
import { FindMaxSearch } from "../../../../src/runner/load/find-max/find-max-search.js";

const plan = { conditions: [], startPerSecond: 100, maxPerSecond: 10_000, stepMs: 1000, coolDownMs: 500, warmUpMs: 0 };

/** Searches against servers that bear so much. */
function search(
  bears: number,
  overrides: Partial<typeof plan> & { precision?: number } = {},
  lostAt = Number.POSITIVE_INFINITY,
) {
  let rate = 0;
  const found = new FindMaxSearch(
    { ...plan, precision: 0.05, ...overrides },
    {
      begin: () => {},
      isQuiet: () => true,
      end: () => {
        const condition = { metric: "msg_ack_duration", expression: "p(99)<50", ok: rate <= bears, actual: rate };
        return { conditions: [condition], acts: rate, dropped: 0, lost: rate < lostAt ? 0 : 1, doubts: [] };
      },
    },
  );
  let nowMs = 0;
  for (found.begin(nowMs); !found.isDone; nowMs += 50) {
    rate = found.ratePerSecond || rate;
    found.advance(nowMs, true);
  }
  return { ...found.result(), rates: found.steps.map(({ ratePerSecond }) => ratePerSecond) };
}

describe("FindMaxSearch", () => {
  it("doubles until it breaks, then closes in", () => {
    const { rates, ratePerSecond, endedBy } = search(700);
    expect(rates).toEqual([100, 200, 400, 800, 600, 700, 750, 725]);
    expect([ratePerSecond, endedBy]).toEqual([700, "precision"]);
  });

  it("breaks where something is lost, whatever the conditions are about", () => {
    const { rates, ratePerSecond } = search(Number.POSITIVE_INFINITY, { precision: 0.5 }, 300);
    expect(rates).toEqual([100, 200, 400, 300]);
    expect(ratePerSecond).toBe(200);
  });

  it("goes down when the first rate is too much, and says when none holds", () => {
    expect(search(30).rates.slice(0, 3)).toEqual([100, 50, 25]);
    expect(search(0)).toMatchObject({ ratePerSecond: null, endedBy: "no rate holds" });
  });

  it("tries no more than it may", () => {
    expect(search(9999, { maxPerSecond: 300 })).toMatchObject({ rates: [100, 200, 300], endedBy: "max rate" });
  });

  it("judges nothing of the warm-up", () => {
    expect(search(700, { warmUpMs: 3000 }).rates).toEqual(search(700).rates);
  });
});
