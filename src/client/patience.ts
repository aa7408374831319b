import { performance } from "node:perf_hooks";

/** Of the time in which this process was busy, so much counts: it could not have seen an answer that was there. */
const BUSY_SHARE = 0.25;
/** Who looks so late has stood still, and looks once more after what waited to be read was read. */
const LATE_MS = 50;

/**
 * How long something is waited for. Time in which this process had nothing else to do counts whole, time in which it was
 * busy, or was not given a processor, a quarter: on a loaded machine an answer that lies there unread is not late. It ends
 * after four times as long at most.
 */
export class Patience {
  readonly #startedMs = performance.now();
  readonly #before = performance.eventLoopUtilization();

  constructor(private readonly limitMs: number) {}

  /** So much of it is used up. */
  get spentMs(): number {
    const { idle } = performance.eventLoopUtilization(this.#before);
    const passedMs = performance.now() - this.#startedMs;
    // What is idle is reported when the loop turns, so it can be behind, but not ahead.
    const idleMs = Math.min(idle, passedMs);
    return idleMs + (passedMs - idleMs) * BUSY_SHARE;
  }

  get isOver(): boolean {
    return this.spentMs >= this.limitMs;
  }

  /** Calls back once it is over; the returned function ends the wait before. */
  whenOver(over: () => void): () => void {
    let dueMs = performance.now() + this.limitMs - this.spentMs;
    const look = () => {
      const nowMs = performance.now();
      const passedMs = nowMs - this.#startedMs;
      const isLate = nowMs - dueMs > LATE_MS && passedMs < this.limitMs / BUSY_SHARE;
      const leftMs = Math.max(this.limitMs - this.spentMs, isLate ? LATE_MS : 0);
      if (leftMs <= 0) return over();
      dueMs = nowMs + Math.max(1, leftMs);
      timer = setTimeout(look, Math.max(1, leftMs));
    };
    let timer = setTimeout(look, Math.max(0, this.limitMs - this.spentMs));
    return () => clearTimeout(timer);
  }
}
