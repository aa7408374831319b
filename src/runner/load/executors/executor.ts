/** The virtual users of one executor, numbered from 0, as whoever runs their iterations has them. */
export interface VuPool {
  /** Has a VU that is idle begin an iteration, which was meant to begin at `intendedMs`. */
  start(vu: number, intendedMs: number): void;
  /** Ends the VU's iteration; `ended` follows. */
  interrupt(vu: number): void;
  /** The VU is no longer wanted: its devices leave. */
  release(vu: number): void;
}

/** How far an executor is. */
export interface ExecutorState {
  readonly stage: string;
  readonly share: number;
  readonly timeLeftMs: number | null;
  readonly ratePerSecond: number | null;
  readonly vus: number;
}

/** How long an interrupted iteration may take to notice; nobody waits longer, whatever it waits for itself. */
export const INTERRUPT_WAIT_MS = 1000;

/**
 * Decides when virtual users begin iterations. It has no clock and no timer: `advance` is called when `nextMs` says so, and
 * `ended` when an iteration is over.
 */
export abstract class Executor {
  protected startMs = Number.POSITIVE_INFINITY;
  protected isStopping = false;
  #stoppedMs = 0;
  #pausedMs: number | undefined;
  #interruptedMs: number | undefined;
  #isGivenUp = false;
  readonly #isRunning: Uint8Array;
  #running = 0;

  constructor(
    protected readonly pool: VuPool,
    /** VUs that are here, at most. */
    readonly vusMax: number,
    protected lengthMs: number,
    private readonly gracefulStopMs: number,
  ) {
    this.#isRunning = new Uint8Array(vusMax);
  }

  /** VUs that exist now. */
  abstract get vus(): number;
  /** Iterations that were meant to begin and never did, once it is over. */
  abstract readonly dropped: number;
  abstract state(nowMs: number): ExecutorState;

  /** Begins what is due by now. */
  protected abstract proceed(nowMs: number): void;
  /** When `proceed` is wanted next. */
  protected abstract next(): number | undefined;
  /** A VU has ended an iteration and may begin another one. */
  protected abstract idle(vu: number, nowMs: number): void;
  /** Nothing begins any more. */
  protected abstract stopped(nowMs: number): void;
  /** Interrupts those iterations under way that have had their time before `gracefulStop` is over. */
  protected interruptOverdue(_nowMs: number): void {}
  /** When `interruptOverdue` is wanted next. */
  protected nextOverdueMs(): number {
    return Number.POSITIVE_INFINITY;
  }
  /** So many times the rate or VUs of the plan from now on. */
  abstract scale(factor: number, nowMs: number): void;

  begin(nowMs: number): void {
    this.startMs = nowMs;
    // Other processes have all of its VUs.
    if (this.vusMax === 0) return this.stop(nowMs);
    this.advance(nowMs);
  }

  get hasBegun(): boolean {
    return this.startMs !== Number.POSITIVE_INFINITY;
  }

  advance(nowMs: number): void {
    if (!this.hasBegun || this.#pausedMs !== undefined) return;
    if (!this.isStopping) {
      // What was meant to begin before the end does, however late we are.
      this.proceed(Math.min(nowMs, this.endMs));
      if (nowMs >= this.endMs) this.stop(this.endMs);
    }
    if (!this.isStopping) return;
    if (this.#interruptedMs !== undefined) this.#isGivenUp = nowMs >= this.#interruptedMs + INTERRUPT_WAIT_MS;
    else if (nowMs >= this.#stoppedMs + this.gracefulStopMs) this.interruptAll(nowMs);
    else this.interruptOverdue(nowMs);
  }

  /** When `advance` is to be called, whatever else happens; undefined = not by time. */
  nextMs(): number | undefined {
    if (!this.hasBegun || this.#pausedMs !== undefined || this.isDone) return undefined;
    if (this.#interruptedMs !== undefined) return this.#interruptedMs + INTERRUPT_WAIT_MS;
    if (this.isStopping) return Math.min(this.#stoppedMs + this.gracefulStopMs, this.nextOverdueMs());
    return Math.min(this.next() ?? Number.POSITIVE_INFINITY, this.endMs);
  }

  ended(vu: number, nowMs: number): void {
    this.#isRunning[vu] = 0;
    this.#running--;
    if (this.#pausedMs === undefined && !this.isStopping) this.idle(vu, nowMs);
  }

  /** No iteration begins any more; those under way have `gracefulStop` to end. */
  stop(nowMs: number): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.#stoppedMs = nowMs;
    this.stopped(nowMs);
  }

  interruptAll(nowMs: number): void {
    this.#interruptedMs ??= nowMs;
    for (let vu = 0; vu < this.vusMax; vu++) if (this.isRunning(vu)) this.pool.interrupt(vu);
  }

  /** Nothing that could end is under way and nothing will be. */
  get isDone(): boolean {
    return this.isStopping && (this.#running === 0 || this.#isGivenUp);
  }

  /** Iterations that were interrupted with all others and have not noticed. */
  get abandoned(): number {
    return this.#interruptedMs === undefined ? 0 : this.#running;
  }

  pause(nowMs: number): void {
    if (!this.isStopping) this.#pausedMs = nowMs;
  }

  /** All that is left happens later by the length of the pause. */
  resume(nowMs: number): void {
    if (this.#pausedMs === undefined) return;
    if (this.hasBegun) this.startMs += nowMs - this.#pausedMs;
    this.#pausedMs = undefined;
    for (let vu = 0; vu < this.vus; vu++) if (!this.isRunning(vu)) this.idle(vu, nowMs);
    this.advance(nowMs);
  }

  protected get endMs(): number {
    return this.startMs + this.lengthMs;
  }

  protected isRunning(vu: number): boolean {
    return this.#isRunning[vu] === 1;
  }

  protected get running(): number {
    return this.#running;
  }

  protected start(vu: number, intendedMs: number): void {
    this.#isRunning[vu] = 1;
    this.#running++;
    this.pool.start(vu, intendedMs);
  }

  protected byTime(nowMs: number): { readonly share: number; readonly timeLeftMs: number | null } {
    if (!this.hasBegun || this.lengthMs === Number.POSITIVE_INFINITY) return { share: 0, timeLeftMs: null };
    const at = Math.min(this.#pausedMs ?? nowMs, this.endMs) - this.startMs;
    return { share: this.lengthMs === 0 ? 1 : at / this.lengthMs, timeLeftMs: this.lengthMs - at };
  }

  protected word(running: string): string {
    if (!this.hasBegun) return "waiting";
    if (this.isDone) return "done";
    if (this.#pausedMs !== undefined) return "paused";
    return this.isStopping ? "finishing" : running;
  }
}
