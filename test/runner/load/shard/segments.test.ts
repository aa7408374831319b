import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActRandom } from "../../../../src/runner/load/crowd/act-random.js";
import { ActSchedule } from "../../../../src/runner/load/crowd/act-schedule.js";
import { stagedPace } from "../../../../src/runner/load/crowd/pace.js";
import { isOwn, ownCount, type Segment, wholeRun } from "../../../../src/runner/load/segment.js";
import { seededRandom } from "../../../../src/scenarios/load/random.js";
import { thinkTimes } from "../../../../src/scenarios/load/think-time.js";

const plans = fc.record({
  users: fc.integer({ min: 2, max: 60 }),
  seed: fc.nat(2 ** 32 - 1),
  rates: fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 4 }),
  think: fc.constantFrom(thinkTimes.constant, thinkTimes.exponential),
  /** How long the users take between being asked, in ms: what happens late is the same. */
  hesitateMs: fc.integer({ min: 1, max: 400 }),
});

interface Arrival {
  readonly user: number;
  readonly intendedMs: number;
  readonly recipient: number;
}

/** Every act that a segment's users do, and to whom. */
function arrivals(plan: typeof plans extends fc.Arbitrary<infer T> ? T : never, segment: Segment): Arrival[] {
  const { users, seed, rates, think, hesitateMs } = plan;
  const pace = stagedPace(
    rates[0] as number,
    rates.map((actsPerSecond) => ({ durationMs: 300, actsPerSecond })),
  );
  const random = new ActRandom(seed);
  const randomOf = (user: number) => seededRandom((seed + user + 1) >>> 0);
  const schedule = new ActSchedule(users, pace, think(users), randomOf, segment);
  const done: Arrival[] = [];
  schedule.begin(0);
  for (let nowMs = 0; nowMs <= pace.durationMs + hesitateMs; nowMs += hesitateMs) {
    for (const user of schedule.own()) {
      schedule.catchUp(user, nowMs, (actor, intendedMs, act) => {
        random.at(actor, act);
        done.push({ user: actor, intendedMs, recipient: random.below(users - 1) });
        return true;
      });
    }
  }
  return done;
}

function sorted(all: Arrival[]): Arrival[] {
  return all.sort((one, other) => one.user - other.user || one.intendedMs - other.intendedMs);
}

describe("segments", () => {
  it("part any plan among any number of shards: the same users, arrivals and recipients, each once", () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 7 }), (plan, count) => {
        const parts = Array.from({ length: count }, (_, index) => arrivals(plan, { index, count }));
        for (const [index, part] of parts.entries()) {
          expect(part.every(({ user }) => isOwn(user, { index, count }))).toBe(true);
        }
        expect(sorted(parts.flat())).toEqual(sorted(arrivals(plan, wholeRun)));
      }),
    );
  });

  it("give every user to exactly one shard, and none to nobody", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 40 }), (users, count) => {
        const segments = Array.from({ length: count }, (_, index) => ({ index, count }));
        for (let user = 0; user < users; user++) {
          expect(segments.filter((segment) => isOwn(user, segment))).toHaveLength(1);
        }
        const shares = segments.map((segment) => ownCount(users, segment));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(users);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("ActRandom", () => {
  it("spreads its numbers evenly, over the draws of an act and over the acts of a user", () => {
    const random = new ActRandom(7);
    const rows = new Array<number>(10).fill(0);
    for (let act = 0; act < 20_000; act++) {
      random.at(act % 100, Math.floor(act / 100));
      for (let draw = 0; draw < 2; draw++) {
        const row = random.below(10);
        rows[row] = (rows[row] as number) + 1;
      }
    }
    // Five standard deviations of 4,000.
    for (const count of rows) expect(Math.abs(count - 4000)).toBeLessThan(300);
  });
});
