import type { Timers } from "../timers.js";

/** Sleeps, on the run's timer wheel: a fixed number of timers, from `first` on. */
export class Sleepers {
  readonly #free: number[];
  readonly #wake = new Map<number, () => void>();

  constructor(
    private readonly timers: Timers,
    first: number,
    count: number,
  ) {
    this.#free = Array.from({ length: count }, (_, index) => first + count - 1 - index);
  }

  /** Calls back then. @returns how to take it back. @throws RangeError when too many sleep */
  sleep(untilMs: number, wake: () => void): () => void {
    const timer = this.#free.pop();
    if (timer === undefined) throw new RangeError("too many sleeps at the same time: is an await missing?");
    this.#wake.set(timer, wake);
    this.timers.set(timer, untilMs);
    return () => {
      if (this.#wake.get(timer) !== wake) return;
      this.timers.clear(timer);
      this.#release(timer);
    };
  }

  timerDue(timer: number): void {
    this.#release(timer)?.();
  }

  #release(timer: number): (() => void) | undefined {
    const wake = this.#wake.get(timer);
    this.#wake.delete(timer);
    this.#free.push(timer);
    return wake;
  }
}
