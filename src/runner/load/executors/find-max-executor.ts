import { constantPace } from "../crowd/pace.js";
import type { FindMaxResult } from "../find-max/find-max-result.js";
import type { RateSearch } from "../find-max/find-max-search.js";
import { ArrivalExecutor } from "./arrival-executor.js";
import type { ExecutorState, VuPool } from "./executor.js";
import type { FindMaxExecutorPlan } from "./executor-plan.js";
import type { VuShare } from "./vu-share.js";

/** How often the search is asked whether a step is over. */
const LOOK_INTERVAL_MS = 50;

/** An arrival rate that a search raises and lowers until it knows the highest one that holds. */
export class FindMaxExecutor extends ArrivalExecutor {
  #nextLookMs = 0;

  constructor(
    plan: FindMaxExecutorPlan,
    pool: VuPool,
    private readonly search: RateSearch,
    share?: VuShare,
  ) {
    super({ ...plan, pace: constantPace(0, Number.POSITIVE_INFINITY) }, pool, share);
  }

  override begin(nowMs: number): void {
    this.search.begin(nowMs);
    super.begin(nowMs);
    this.hold(this.search.ratePerSecond, nowMs);
  }

  /** The search alone says how fast. */
  override scale(): void {}

  /** The step that was paused has seen too little: it begins again. */
  override resume(nowMs: number): void {
    super.resume(nowMs);
    if (!this.hasBegun || this.isStopping) return;
    this.search.begin(nowMs);
    this.hold(this.search.ratePerSecond, nowMs);
  }

  override state(nowMs: number): ExecutorState {
    return { ...super.state(nowMs), stage: this.word(this.search.stageText()) };
  }

  result(): FindMaxResult {
    return this.search.result();
  }

  protected override proceed(nowMs: number): void {
    super.proceed(nowMs);
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + LOOK_INTERVAL_MS;
    if (!this.search.advance(nowMs, this.running === 0)) return;
    if (this.search.isDone) this.stop(nowMs);
    else this.hold(this.search.ratePerSecond, nowMs);
  }

  protected override next(): number | undefined {
    return Math.min(super.next() ?? Number.POSITIVE_INFINITY, this.#nextLookMs);
  }

  protected override stopped(): void {
    this.search.stop();
  }
}
