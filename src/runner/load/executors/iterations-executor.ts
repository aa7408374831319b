import { Executor, type ExecutorState, type VuPool } from "./executor.js";
import { type IterationsPlan, lengthOf, vusMaxOf } from "./executor-plan.js";
import { VuShare } from "./vu-share.js";

/** shared-iterations and per-vu-iterations: so many iterations, as fast as the VUs can. */
export class IterationsExecutor extends Executor {
  dropped = 0;
  readonly #isShared: boolean;
  readonly #all: number;
  readonly #perVu: number;
  #begun = 0;
  readonly #begunByVu: Uint32Array;

  constructor(plan: IterationsPlan, pool: VuPool, share = new VuShare(vusMaxOf(plan))) {
    super(pool, share.count, lengthOf(plan), plan.gracefulStopMs);
    this.#isShared = plan.executor === "shared-iterations";
    this.#perVu = this.#isShared ? Number.POSITIVE_INFINITY : plan.iterations;
    this.#all = this.#isShared ? share.iterationsBelow(plan.iterations) : plan.iterations * share.count;
    this.#begunByVu = new Uint32Array(share.count);
  }

  get vus(): number {
    return this.hasBegun && !this.isDone ? this.vusMax : 0;
  }

  override begin(nowMs: number): void {
    super.begin(nowMs);
    for (let vu = 0; vu < this.vusMax; vu++) this.idle(vu, nowMs);
  }

  /** What is not a matter of time is not scaled. */
  scale(): void {}

  state(nowMs: number): ExecutorState {
    const { timeLeftMs } = this.byTime(nowMs);
    const ended = this.#begun - this.running;
    return {
      stage: this.word(`${ended} of ${this.#all} iterations`),
      share: this.#all === 0 ? 1 : ended / this.#all,
      timeLeftMs,
      ratePerSecond: null,
      vus: this.vus,
    };
  }

  protected proceed(): void {}

  protected next(): undefined {
    return undefined;
  }

  protected idle(vu: number, nowMs: number): void {
    if (this.#begun === this.#all) {
      if (this.running === 0) this.stop(nowMs);
      return;
    }
    if ((this.#begunByVu[vu] as number) >= this.#perVu) return;
    this.#begunByVu[vu] = (this.#begunByVu[vu] as number) + 1;
    this.#begun++;
    this.start(vu, nowMs);
  }

  /** As k6: what a run that is ended early leaves undone is not dropped. */
  protected stopped(nowMs: number): void {
    if (nowMs >= this.endMs) this.dropped = this.#all - this.#begun;
  }
}
