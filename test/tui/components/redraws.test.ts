import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Redraws } from "../../../src/tui/components/redraws.js";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("Redraws", () => {
  it("tells a change at once, more of them once an interval, and never forgets the last one", () => {
    const redraws = new Redraws(250);
    let told = 0;
    redraws.onChange(() => told++);
    for (let change = 0; change < 10; change++) redraws.changed();
    expect(told).toBe(1);
    vi.advanceTimersByTime(250);
    expect(told).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(told).toBe(2);
  });

  it("tells what comes by itself more rarely when drawing takes long, and what a key did all the same", () => {
    const redraws = new Redraws(250, 0.02);
    let told = 0;
    // A redraw of 30 ms may be had every 1500 ms.
    redraws.onChange(() => {
      told++;
      vi.advanceTimersByTime(30);
    });
    redraws.changed();
    vi.advanceTimersByTime(300);
    redraws.changed();
    vi.advanceTimersByTime(500);
    expect(told).toBe(1);
    redraws.changed(true);
    expect(told).toBe(2);
    redraws.changed();
    vi.advanceTimersByTime(1600);
    expect(told).toBe(3);
  });

  it("tells nothing once it is stopped", () => {
    const redraws = new Redraws(250);
    let told = 0;
    redraws.onChange(() => told++);
    redraws.changed();
    redraws.changed();
    redraws.stop();
    vi.advanceTimersByTime(1000);
    expect(told).toBe(1);
  });
});
