import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { unwatch, watch } from "../../src/net/link-sweep.js";

/** Looked at once, and then each `everyMs`; `looks` has the times. */
function watched(everyMs: number) {
  const looks: number[] = [];
  return {
    looks,
    sweepSlot: 0,
    sweep(nowMs: number): number {
      looks.push(nowMs);
      return nowMs + everyMs;
    },
  };
}

describe("link sweep", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("looks when it is time, and not before", () => {
    const one = watched(10_000);
    watch(one);
    vi.advanceTimersByTime(25_000);
    unwatch(one);
    expect(one.looks.length).toBe(3);
    for (const [index, time] of one.looks.entries()) {
      if (index > 0) expect(time - (one.looks[index - 1] as number)).toBeGreaterThanOrEqual(10_000);
    }
  });

  it("looks no more at what is watched no more, or has said that it need not", () => {
    const [gone, done, kept] = [watched(100), watched(Number.POSITIVE_INFINITY), watched(100)];
    for (const one of [gone, done, kept]) watch(one);
    unwatch(gone);
    vi.advanceTimersByTime(2000);
    unwatch(kept);
    const looks = kept.looks.length;
    vi.advanceTimersByTime(2000);
    expect([gone.looks.length, done.looks.length, kept.looks.length]).toEqual([0, 1, looks]);
    expect(looks).toBeGreaterThan(2);
  });

  it("takes no standstill of the process for silence: what waits to be read is read first", () => {
    const one = watched(500);
    watch(one);
    vi.advanceTimersByTime(1000);
    const before = one.looks.length;
    // The clock goes on and no timer runs, as in a process that is stopped.
    vi.setSystemTime(Date.now() + 5000);
    const nowMs = performance.now();
    const standstill = vi.spyOn(performance, "now").mockImplementation(() => nowMs + 5000);
    vi.advanceTimersByTime(250);
    expect(one.looks.length).toBe(before);
    vi.advanceTimersByTime(250);
    expect(one.looks.length).toBe(before + 1);
    standstill.mockRestore();
    unwatch(one);
  });

  it("looks all the same when every sweep is late", () => {
    const one = watched(500);
    watch(one);
    let nowMs = performance.now();
    const slow = vi.spyOn(performance, "now").mockImplementation(() => {
      nowMs += 1000;
      return nowMs;
    });
    for (let n = 0; n < 10; n++) vi.advanceTimersByTime(250);
    expect(one.looks.length).toBeGreaterThanOrEqual(4);
    slow.mockRestore();
    unwatch(one);
  });
});
