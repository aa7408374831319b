import type { Pace } from "../crowd/pace.js";
import { Executor, type ExecutorState, type VuPool } from "./executor.js";
import type { ArrivalPlan } from "./executor-plan.js";
import { VuShare } from "./vu-share.js";

/**
 * constant-arrival-rate and ramping-arrival-rate: iterations begin when they are meant to, whatever became of those before.
 * One that finds every VU at work is dropped; nothing waits.
 */
export class ArrivalExecutor extends Executor {
  dropped = 0;
  #pace: Pace;
  /** VUs that exist; the others are made when all of these are at work. */
  #made: number;
  /** The next iteration that begins here, among those of all processes. */
  #next: number;
  readonly #isRamp: boolean;
  readonly #idle: number[] = [];
  readonly #isIdle: Uint8Array;

  constructor(
    plan: Pick<ArrivalPlan, "pace" | "preAllocatedVus" | "maxVus" | "gracefulStopMs"> & { executor: string },
    pool: VuPool,
    private readonly share = new VuShare(plan.maxVus),
  ) {
    super(pool, share.count, plan.pace.durationMs, plan.gracefulStopMs);
    this.#pace = plan.pace;
    this.#made = share.countBelow(plan.preAllocatedVus);
    this.#isRamp = plan.executor === "ramping-arrival-rate";
    this.#next = share.iterationFrom(0);
    this.#isIdle = new Uint8Array(share.count);
    for (let vu = 0; vu < this.#made; vu++) this.idle(vu);
  }

  get vus(): number {
    return this.hasBegun && !this.isDone ? this.#made : 0;
  }

  scale(factor: number, nowMs: number): void {
    this.#goOnAt(this.#pace.scaledAt(Math.max(0, nowMs - this.startMs), factor));
  }

  /** From now on this rate, for as long as nobody says otherwise. */
  hold(ratePerSecond: number, nowMs: number): void {
    const atMs = nowMs - this.startMs;
    this.#goOnAt(this.#pace.heldAt(atMs, ratePerSecond));
    // A fraction of an iteration that the rate before had begun is not owed.
    this.#next = this.share.iterationFrom(Math.ceil(this.#pace.actsAt(atMs)));
  }

  state(nowMs: number): ExecutorState {
    const at = nowMs - this.startMs;
    const { stages } = this.#pace;
    const stage = stages > 1 ? `stage ${this.#pace.stageAt(at) + 1} of ${stages}` : "running";
    const ratePerSecond = this.hasBegun && !this.isStopping ? this.#pace.rateAt(at) : 0;
    return { stage: this.word(stage), ...this.byTime(nowMs), ratePerSecond, vus: this.vus };
  }

  protected proceed(nowMs: number): void {
    for (;;) {
      const dueMs = this.#arrivalMs();
      if (dueMs === undefined || dueMs > nowMs) return;
      this.#next = this.share.iterationFrom(this.#next + 1);
      this.#arrive(dueMs);
    }
  }

  protected next(): number | undefined {
    return this.#arrivalMs();
  }

  /** As k6: at a constant rate the first iteration begins at once, on a ramp when the first one is full. */
  #arrivalMs(): number | undefined {
    const ms = this.#isRamp ? this.#pace.msOf(this.#next + 1) : this.#pace.msAt(this.#next);
    return ms === undefined ? undefined : this.startMs + ms;
  }

  protected idle(vu: number): void {
    // After a pause everybody idle is named again.
    if (this.#isIdle[vu] === 1) return;
    this.#isIdle[vu] = 1;
    this.#idle.push(vu);
  }

  protected stopped(): void {}

  #arrive(dueMs: number): void {
    const vu = this.#idle.shift() ?? (this.#made < this.vusMax ? this.#made++ : undefined);
    if (vu === undefined) {
      this.dropped++;
      return;
    }
    this.#isIdle[vu] = 0;
    this.start(vu, dueMs);
  }

  #goOnAt(pace: Pace): void {
    this.#pace = pace;
    this.lengthMs = pace.durationMs;
  }
}
