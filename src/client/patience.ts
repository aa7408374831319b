/** How often it is looked whether the event loop turns. */
const LOOK_MS = 50;
/** Less often than that, and it stood still. */
const STILL_MS = 2 * LOOK_MS;
/** Standstills make no wait longer than so many times its limit. */
const LONGEST = 4;

/** Adds up, from the first wait of the process on, the time in which its event loop stood still: nothing could be read then. */
class Standstills {
  #totalMs = 0;
  #turnedMs: number | undefined;

  get totalMs(): number {
    if (this.#turnedMs === undefined) setInterval(() => this.#turn(), LOOK_MS).unref();
    this.#turnedMs ??= performance.now();
    return this.#totalMs + stillMs(performance.now() - this.#turnedMs);
  }

  #turn(): void {
    const nowMs = performance.now();
    this.#totalMs += stillMs(nowMs - (this.#turnedMs ?? nowMs));
    this.#turnedMs = nowMs;
  }
}

/** Of the time since the loop last turned. */
function stillMs(passedMs: number): number {
  return passedMs > STILL_MS ? passedMs - LOOK_MS : 0;
}

const standstills = new Standstills();

/**
 * How long something is waited for. Time in which this process stood still does not count: an answer that lies there unread
 * is not late, and that is no fault of who sent it. A process that is merely busy waits no longer for it.
 */
export class Patience {
  readonly #startedMs = performance.now();
  readonly #stillBeforeMs = standstills.totalMs;

  constructor(private readonly limitMs: number) {}

  /** The time that counts. */
  get spentMs(): number {
    return this.#passedMs() - (standstills.totalMs - this.#stillBeforeMs);
  }

  get isOver(): boolean {
    return this.#leftMs() <= 0;
  }

  /** Calls back once it is over; the returned function ends the wait before. */
  whenOver(over: () => void): () => void {
    const look = () => {
      const leftMs = this.#leftMs();
      if (leftMs <= 0) return over();
      timer = setTimeout(look, Math.ceil(leftMs));
    };
    let timer = setTimeout(look, this.limitMs);
    return () => clearTimeout(timer);
  }

  #leftMs(): number {
    return Math.min(this.limitMs - this.spentMs, this.limitMs * LONGEST - this.#passedMs());
  }

  #passedMs(): number {
    return performance.now() - this.#startedMs;
  }
}
