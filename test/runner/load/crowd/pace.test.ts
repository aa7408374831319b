import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActSchedule } from "../../../../src/runner/load/crowd/act-schedule.js";
import { constantPace, stagedPace } from "../../../../src/runner/load/crowd/pace.js";
import { seededRandom } from "../../../../src/scenarios/load/random.js";
import { thinkTimes } from "../../../../src/scenarios/load/think-time.js";

const stages = fc.array(
  fc.record({ durationMs: fc.integer({ min: 1, max: 60_000 }), actsPerSecond: fc.integer({ min: 0, max: 1000 }) }),
  { minLength: 1, maxLength: 5 },
);

describe("Pace", () => {
  it("counts the acts of a rate that rises, stays and falls", () => {
    const pace = stagedPace(0, [
      { durationMs: 10_000, actsPerSecond: 100 },
      { durationMs: 60_000, actsPerSecond: 100 },
      { durationMs: 5000, actsPerSecond: 0 },
    ]);
    expect([pace.durationMs, pace.acts, pace.peakPerSecond]).toEqual([75_000, 6750, 100]);
    expect(pace.actsAt(5000)).toBe(125);
    expect(pace.actsAt(80_000)).toBe(6750);
    expect(pace.msAt(125)).toBeCloseTo(5000);
    expect(pace.msAt(500)).toBeCloseTo(10_000);
    expect(pace.msAt(6750)).toBeUndefined();
  });

  it("jumps where a stage takes no time", () => {
    const pace = stagedPace(0, [
      { durationMs: 0, actsPerSecond: 100 },
      { durationMs: 1000, actsPerSecond: 100 },
      { durationMs: 0, actsPerSecond: 10 },
      { durationMs: 1000, actsPerSecond: 10 },
      { durationMs: 0, actsPerSecond: 5000 },
    ]);
    expect([pace.durationMs, pace.acts, pace.peakPerSecond, pace.stages]).toEqual([2000, 110, 100, 5]);
    expect([0, 999, 1000, 1999, 2000].map((ms) => pace.rateAt(ms))).toEqual([100, 100, 10, 10, 0]);
    expect([0, 999, 1000].map((ms) => pace.stageAt(ms))).toEqual([1, 1, 3]);
    expect([pace.msOf(0), pace.msAt(50), pace.msAt(100), pace.msAt(105)]).toEqual([0, 500, 1000, 1500]);
  });

  it("finds for every act the moment by which so many are meant to have happened", () => {
    fc.assert(
      fc.property(fc.nat(1000), stages, fc.double({ min: 0, max: 0.999, noNaN: true }), (start, list, part) => {
        const pace = stagedPace(start, list);
        fc.pre(pace.acts > 0);
        const ms = pace.msAt(part * pace.acts) as number;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(pace.durationMs);
        expect(pace.actsAt(ms)).toBeCloseTo(part * pace.acts, 3);
      }),
    );
  });

  it("is put off by a pause, and changed from a moment on, without touching what was before", () => {
    fc.assert(
      fc.property(fc.nat(1000), stages, fc.nat(70_000), fc.integer({ min: 1, max: 9000 }), (start, list, at, pause) => {
        const pace = stagedPace(start, list);
        fc.pre(at < pace.durationMs);
        const paused = pace.pausedBetween(at, at + pause);
        expect(paused.durationMs).toBeCloseTo(pace.durationMs + pause, 3);
        expect(paused.acts).toBeCloseTo(pace.acts, 3);
        expect(paused.actsAt(at + pause)).toBeCloseTo(pace.actsAt(at), 3);
        expect(paused.actsAt(pace.durationMs + pause)).toBeCloseTo(pace.acts, 3);
        const scaled = pace.scaledAt(at, 3);
        expect(scaled.actsAt(at)).toBeCloseTo(pace.actsAt(at), 3);
        expect(scaled.acts).toBeCloseTo(pace.actsAt(at) + 3 * (pace.acts - pace.actsAt(at)), 3);
        expect(pace.pausedAt(at).acts).toBeCloseTo(pace.actsAt(at), 3);
        // The plan's stages stay what they are.
        const stage = pace.stageAt(at);
        for (const steered of [paused, scaled, pace.pausedAt(at), paused.scaledAt(at + pause, 2)]) {
          expect([steered.stages, steered.stageAt(at)]).toEqual([list.length, stage]);
        }
        expect(paused.stageAt(paused.durationMs)).toBe(list.length - 1);
      }),
    );
  });

  it("has no moment for any act when nothing ever happens", () => {
    expect(constantPace(0, 1000).msAt(0)).toBeUndefined();
  });
});

describe("ActSchedule", () => {
  it("has each user act at its share of a rising rate, and drops what was not done by the end", () => {
    const users = 10;
    const pace = stagedPace(0, [{ durationMs: 10_000, actsPerSecond: 40 }]);
    const schedule = new ActSchedule(users, pace, thinkTimes.constant(users), (user) => seededRandom(user));
    schedule.begin(1000);
    const at: number[] = [];
    const done = (_user: number, intendedMs: number) => {
      at.push(intendedMs - 1000);
      return true;
    };
    for (let user = 0; user < users; user++) schedule.catchUp(user, 6000, done);
    // A quarter of 200 acts comes in the first half of the time; constant waits make it exact to one for each user.
    expect(Math.abs(at.length - 50)).toBeLessThanOrEqual(users);
    expect(Math.max(...at)).toBeLessThanOrEqual(5000);
    const dropped = schedule.dropOverdue(11_000);
    expect(at.length + dropped).toBe(200);
    expect(schedule.nextMs(0)).toBeUndefined();
  });
});
