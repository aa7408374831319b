import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/scenarios/load/random.js";
import { type ThinkTimeName, thinkTimes } from "../../../src/scenarios/load/think-time.js";

describe("seededRandom", () => {
  it("gives the same numbers for the same seed and others for another", () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => random.below(1000));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("spreads whole numbers evenly below the limit", () => {
    const random = seededRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) {
      const value = random.below(10);
      counts[value] = (counts[value] as number) + 1;
    }
    // Nine degrees of freedom: 27.9 is exceeded once in a thousand seeds, and this seed is fixed.
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(27.9);
  });
});

describe("thinkTimes", () => {
  it.each(Object.keys(thinkTimes) as ThinkTimeName[])(
    "%s waits have the mean asked for and are never negative",
    (name) => {
      const random = seededRandom(42);
      const think = thinkTimes[name](200);
      const waits = Array.from({ length: 100_000 }, () => think(random));
      const meanMs = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
      expect(meanMs).toBeGreaterThan(197);
      expect(meanMs).toBeLessThan(203);
      expect(Math.min(...waits.slice(0, 10_000))).toBeGreaterThanOrEqual(0);
    },
  );
});
