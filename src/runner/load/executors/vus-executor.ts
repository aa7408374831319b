import { Executor, type ExecutorState, type VuPool } from "./executor.js";
import { lengthOf, type VuStage, type VusPlan, vusMaxOf } from "./executor-plan.js";
import { VuShare } from "./vu-share.js";

/** constant-vus and ramping-vus: VUs that do one iteration after the other, as many of them as the stages say. */
export class VusExecutor extends Executor {
  readonly dropped = 0;
  #wanted = 0;
  #factor = 1;
  #lookedAtMs = 0;
  /** When a VU that is no longer wanted must have ended its iteration. */
  readonly #leaveByMs: Float64Array;

  constructor(
    private readonly plan: VusPlan,
    pool: VuPool,
    private readonly share = new VuShare(vusMaxOf(plan)),
  ) {
    super(pool, share.count, lengthOf(plan), plan.gracefulStopMs);
    this.#leaveByMs = new Float64Array(this.vusMax).fill(Number.NaN);
  }

  get vus(): number {
    return this.isDone ? 0 : this.#wanted;
  }

  /** More than the plan's most VUs there never are: each has users of its own. */
  scale(factor: number, nowMs: number): void {
    this.#factor *= factor;
    this.advance(nowMs);
  }

  state(nowMs: number): ExecutorState {
    const { stages } = this.plan;
    const at = nowMs - this.startMs;
    const stage = stages.length > 1 ? `stage ${stageAt(stages, at) + 1} of ${stages.length}` : "running";
    return { stage: this.word(stage), ...this.byTime(nowMs), ratePerSecond: null, vus: this.vus };
  }

  protected proceed(nowMs: number): void {
    const at = nowMs - this.startMs;
    this.#lookedAtMs = at;
    const planned = vusAt(this.plan.startVus, this.plan.stages, at);
    const wanted = this.share.countBelow(Math.round(planned * this.#factor));
    const before = this.#wanted;
    this.#wanted = wanted;
    for (let vu = before; vu < wanted; vu++) {
      this.#leaveByMs[vu] = Number.NaN;
      if (!this.isRunning(vu)) this.start(vu, nowMs);
    }
    for (let vu = wanted; vu < before; vu++) {
      if (this.isRunning(vu)) this.#leaveByMs[vu] = nowMs + this.plan.gracefulRampDownMs;
      else this.pool.release(vu);
    }
    this.interruptOverdue(nowMs);
  }

  protected next(): number | undefined {
    const changeMs = this.startMs + nextChange(this.plan.startVus, this.plan.stages, this.#lookedAtMs);
    return Math.min(changeMs, this.nextOverdueMs());
  }

  /** As k6: `gracefulRampDown` counts for VUs of the last ramp, too, when it is shorter than `gracefulStop`. */
  protected override interruptOverdue(nowMs: number): void {
    for (let vu = this.#wanted; vu < this.vusMax; vu++) {
      if (!this.isRunning(vu) || !((this.#leaveByMs[vu] as number) <= nowMs)) continue;
      this.#leaveByMs[vu] = Number.NaN;
      this.pool.interrupt(vu);
    }
  }

  protected override nextOverdueMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (let vu = this.#wanted; vu < this.vusMax; vu++) {
      const leaveByMs = this.#leaveByMs[vu] as number;
      if (this.isRunning(vu) && leaveByMs < next) next = leaveByMs;
    }
    return next;
  }

  protected idle(vu: number, nowMs: number): void {
    if (vu < this.#wanted) return this.start(vu, nowMs);
    this.#leaveByMs[vu] = Number.NaN;
    this.pool.release(vu);
  }

  protected stopped(): void {}
}

/** As k6 counts: each whole step of a ramp adds or takes away one VU at its end. */
export function vusAt(startVus: number, stages: readonly VuStage[], atMs: number): number {
  let from = startVus;
  let startMs = 0;
  for (const { durationMs, target } of stages) {
    if (atMs < startMs + durationMs) {
      const steps = Math.floor((Math.abs(target - from) * (atMs - startMs)) / durationMs + 1e-9);
      return from + Math.sign(target - from) * steps;
    }
    from = target;
    startMs += durationMs;
  }
  return from;
}

/** The next moment after `atMs` at which the number of VUs changes; Infinity when none is left. */
export function nextChange(startVus: number, stages: readonly VuStage[], atMs: number): number {
  let from = startVus;
  let startMs = 0;
  for (const { durationMs, target } of stages) {
    const steps = Math.abs(target - from);
    const endMs = startMs + durationMs;
    if (steps > 0 && endMs > atMs) {
      const stepMs = durationMs / steps;
      const step = Math.max(1, Math.floor((atMs - startMs) / stepMs + 1e-9) + 1);
      return startMs + Math.min(step, steps) * stepMs;
    }
    from = target;
    startMs = endMs;
  }
  return Number.POSITIVE_INFINITY;
}

function stageAt(stages: readonly VuStage[], atMs: number): number {
  let endMs = 0;
  const found = stages.findIndex(({ durationMs }) => {
    endMs += durationMs;
    return atMs < endMs;
  });
  return found === -1 ? stages.length - 1 : found;
}
