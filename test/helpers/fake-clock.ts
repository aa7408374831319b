import type { Clock } from "../../src/server/clock.js";

/** A wall clock that stands still until a test turns it. */
export class FakeClock implements Clock {
  constructor(private seconds = 1_800_000_000) {}

  nowMs(): number {
    return this.seconds * 1000;
  }

  get nowSeconds(): number {
    return this.seconds;
  }

  turn(bySeconds: number): void {
    this.seconds += bySeconds;
  }
}
