import { performance } from "node:perf_hooks";

const TICK_MS = 1;
const GOES = -1;

/** The run's clock, and the one loop in which everything happens that happens by time. */
export class RunLoop {
  readonly #startedAtMs = performance.now();
  readonly #awaited: { readonly done: () => boolean; readonly resolve: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #reachedMs = 0;
  /** Where the clock stands while something is handled that came at that time; below 0 = it goes. */
  #standsAtMs = GOES;
  /** What it was when it was last looked at while it went. */
  #lastMs = 0;

  /** `advance` is called once a millisecond, or as soon after as the event loop allows. */
  constructor(private readonly advance: (nowMs: number) => void) {}

  /** Milliseconds since the run began. Hot. */
  readonly now = (): number => {
    if (this.#standsAtMs !== GOES) return this.#standsAtMs;
    this.#lastMs = performance.now() - this.#startedAtMs;
    return this.#lastMs;
  };

  /**
   * Hot: until `goOn` it is the time at which `performance.now()` was that, or the latest that anybody has been told, because
   * it never goes back; undefined = as it is now.
   */
  standStill(atMs: number = performance.now()): void {
    this.#standsAtMs = Math.max(atMs - this.#startedAtMs, this.#lastMs);
  }

  goOn(): void {
    this.#standsAtMs = GOES;
  }

  /** The whole millisecond up to which everything has happened that is due by time. `now` may be further. */
  get reachedMs(): number {
    return this.#reachedMs;
  }

  start(): void {
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Resolves at the first tick at which the condition holds. */
  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited.push({ done, resolve });
    });
  }

  readonly #tick = (): void => {
    const nowMs = this.now();
    this.advance(nowMs);
    // A timer wheel's slots are whole milliseconds: what is due within this one comes with the next.
    this.#reachedMs = Math.floor(nowMs);
    for (let at = this.#awaited.length - 1; at >= 0; at--) {
      if (this.#awaited[at]?.done()) this.#awaited.splice(at, 1)[0]?.resolve();
    }
    this.#timer = setTimeout(this.#tick, TICK_MS);
  };
}
