import type { LoadControl, LoadMark } from "./load-control.js";
import type { Workload } from "./workload.js";

const FACTOR_MAX = 100;

/** What the run does for those who steer it. */
interface Steered {
  readonly workload: Workload;
  now(): number;
  stop(): void;
  marked(mark: LoadMark): void;
}

/** The hands on a run, and what they did. */
export class Steering implements LoadControl {
  readonly marks: LoadMark[] = [];
  isPaused = false;
  factor = 1;
  #isSteady = false;

  constructor(private readonly run: Steered) {}

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    if (this.#isSteady) this.run.workload.pause(this.run.now());
    this.mark("paused");
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    if (this.#isSteady) this.run.workload.resume(this.run.now());
    this.mark("resumed");
  }

  scale(factor: number): void {
    if (!(factor > 0 && factor <= FACTOR_MAX)) throw new RangeError(`a factor is above 0 and up to ${FACTOR_MAX}`);
    if (this.#isSteady) this.run.workload.scale(factor / this.factor, this.run.now());
    this.factor = factor;
    this.mark(`scaled to ${factor}`);
  }

  mark(label: string): void {
    const mark = { atMs: Math.round(this.run.now()), label };
    this.marks.push(mark);
    this.run.marked(mark);
  }

  stop(): void {
    this.mark("stopped");
    this.run.stop();
  }

  /** The steady phase has begun: what was wanted before is done now. */
  steadyBegins(nowMs: number): void {
    this.#isSteady = true;
    if (this.factor !== 1) this.run.workload.scale(this.factor, nowMs);
    if (this.isPaused) this.run.workload.pause(nowMs);
  }

  steadyEnds(): void {
    this.#isSteady = false;
  }
}
