import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasPlace, LifePlan, type LifeTimes } from "../../../src/scenarios/load/life-plan.js";
import { seededRandom } from "../../../src/scenarios/load/random.js";

const ticks = { firstMs: 25, intervalMs: 100 };
/** A PC and a phone, and another one of each, of which the first pair is online in the beginning. */
const four = { isMobile: [false, true, false, true], atFirst: 0b0011 };

function planOf(times: LifeTimes, seed: number, devices = four, users = 5): LifePlan {
  return new LifePlan(users, times, devices, ticks, (user) => seededRandom((seed + user) >>> 0));
}

const meanTimes = fc
  .record({ onlineMs: fc.nat(3000), offlineMs: fc.integer({ min: 1, max: 3000 }), switchMs: fc.nat(3000) })
  .filter(({ onlineMs, switchMs }) => onlineMs + switchMs > 0);

describe("LifePlan", () => {
  it("says the same of a moment whoever asks, in whatever order, and however long ago it was", () => {
    const questions = fc.array(fc.tuple(fc.nat(19), fc.nat(20_000)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(meanTimes, fc.nat(2 ** 32 - 1), questions, (times, seed, asked) => {
        const plan = planOf(times, seed);
        const answers = asked.map(([device, atMs]) => plan.isOnlineAt(device, atMs));
        expect(answers).toEqual(asked.map(([device, atMs]) => planOf(times, seed).isOnlineAt(device, atMs)));
      }),
    );
  });

  it("changes at ticks alone, keeps one device of each class online or none at all, and knows when it changed", () => {
    fc.assert(
      fc.property(meanTimes, fc.nat(2 ** 32 - 1), (times, seed) => {
        const plan = planOf(times, seed);
        let before = four.atFirst;
        for (let atMs = 0; atMs < 10_000; atMs += 25) {
          const { online } = plan.chapterAt(0, atMs);
          if (online !== before) expect((atMs - ticks.firstMs) % ticks.intervalMs).toBe(0);
          for (const [one, other] of [
            [0, 2],
            [1, 3],
          ] as const) {
            if (online !== 0) expect(hasPlace(online, one)).toBe(!hasPlace(online, other));
          }
          for (let place = 0; place < 4; place++) {
            const isChange = hasPlace(online, place) !== hasPlace(before, place);
            if (isChange) expect(plan.changedAtMs(place, atMs)).toBe(atMs);
            else expect(plan.changedAtMs(place, atMs)).toBeLessThan(Math.max(atMs, 1));
          }
          before = online;
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has users stay and be away as long as they are said to, on average", () => {
    const plan = planOf({ onlineMs: 6000, offlineMs: 3000, switchMs: 0 }, 3, { isMobile: [false], atFirst: 1 }, 400);
    let online = 0;
    let all = 0;
    for (let user = 0; user < 400; user++) {
      for (let atMs = 30_000; atMs < 130_000; atMs += 1000) {
        all++;
        if (plan.isOnlineAt(user, atMs)) online++;
      }
    }
    // Two thirds of 40,000 moments, of which those of one user depend on each other.
    expect(online / all).toBeGreaterThan(0.64);
    expect(online / all).toBeLessThan(0.69);
  });

  it("has nobody leave who only changes devices, and nobody change who has no other device", () => {
    const changing = planOf({ onlineMs: 0, offlineMs: 0, switchMs: 500 }, 1);
    const lone = planOf({ onlineMs: 0, offlineMs: 0, switchMs: 500 }, 1, { isMobile: [false, true], atFirst: 0b11 });
    const seen = new Set<number>();
    for (let atMs = 0; atMs < 20_000; atMs += 100) {
      seen.add(changing.chapterAt(0, atMs).online);
      expect(lone.chapterAt(0, atMs).online).toBe(0b11);
    }
    expect(seen).toEqual(new Set([0b0011, 0b0110, 0b1001, 0b1100]));
  });
});
