import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimerWheel } from "../../../src/runner/load/timer-wheel.js";

describe("TimerWheel", () => {
  it("fires each timer once, at the first advance at or after its time", () => {
    const wheel = new TimerWheel(3, 1000);
    wheel.set(0, 1005);
    wheel.set(1, 1005.5);
    wheel.set(2, 31_000);
    const fired: Array<[number, number]> = [];
    const advance = (nowMs: number) => wheel.advance(nowMs, (timer, dueMs) => fired.push([timer, dueMs]));
    advance(1004.9);
    expect(fired).toEqual([]);
    advance(1005.2);
    expect(fired).toEqual([[0, 1005]]);
    advance(1006);
    advance(30_999.9);
    expect(fired).toEqual([
      [0, 1005],
      [1, 1005.5],
    ]);
    advance(31_000);
    expect(fired.at(-1)).toEqual([2, 31_000]);
    expect(fired).toHaveLength(3);
  });

  it("fires a timer set in the past at the next millisecond, also from inside a firing", () => {
    const wheel = new TimerWheel(1, 0);
    const fired: number[] = [];
    wheel.set(0, 1);
    for (let nowMs = 1; nowMs <= 4; nowMs++) {
      wheel.advance(nowMs, (timer) => {
        fired.push(nowMs);
        wheel.set(timer, 0);
      });
    }
    expect(fired).toEqual([1, 2, 3, 4]);
  });

  it("does not fire a timer that another one of the same millisecond has cleared", () => {
    const wheel = new TimerWheel(2, 0);
    wheel.set(0, 5);
    wheel.set(1, 5);
    const fired: number[] = [];
    wheel.advance(10, (timer) => {
      fired.push(timer);
      wheel.clear(1 - timer);
    });
    expect(fired).toHaveLength(1);
  });

  it("agrees with a sorted list, whatever is set, cleared and however time jumps", () => {
    const step = fc.oneof(
      fc.record({ set: fc.nat(19), inMs: fc.integer({ min: -50, max: 20_000 }) }),
      fc.record({ clear: fc.nat(19) }),
      fc.record({ wait: fc.integer({ min: 0, max: 15_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const wheel = new TimerWheel(20, 0);
        const model = new Map<number, number>();
        let nowMs = 0;
        for (const action of steps) {
          if ("set" in action) {
            wheel.set(action.set, nowMs + action.inMs);
            model.set(action.set, nowMs + action.inMs);
          } else if ("clear" in action) {
            wheel.clear(action.clear);
            model.delete(action.clear);
          } else {
            // At least a millisecond: that is the wheel's resolution.
            nowMs += action.wait + 1;
            const fired = new Map<number, number>();
            wheel.advance(nowMs, (timer, dueMs) => fired.set(timer, dueMs));
            const expected = new Map([...model].filter(([, dueMs]) => dueMs <= nowMs));
            for (const timer of expected.keys()) model.delete(timer);
            expect(fired).toEqual(expected);
          }
        }
      }),
    );
  });
});
