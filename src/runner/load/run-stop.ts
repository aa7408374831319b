import { setMaxListeners } from "node:events";
import type { ThresholdWatch } from "./threshold-watch.js";

/** Why and when a run is to finish before its plan says so. */
export class RunStop {
  /** Finish with what is under way, and report. */
  readonly signal: AbortSignal;
  /** The threshold that ended it, as `metric expression`; null = none did. */
  abortedBy: string | null = null;
  readonly #abort = new AbortController();
  #isStopped = false;

  constructor(
    /** The run's owner's. */
    private readonly owner: AbortSignal,
  ) {
    this.signal = AbortSignal.any([owner, this.#abort.signal]);
    // Every device that is connecting listens to it.
    setMaxListeners(0, this.signal);
  }

  /** Somebody who steers the run has had enough of it. */
  stop(): void {
    this.#isStopped = true;
    this.#abort.abort();
  }

  /** Ends the run when a threshold says so. */
  lookAt(thresholds: ThresholdWatch, nowMs: number): void {
    if (this.abortedBy !== null) return;
    const breach = thresholds.breach(nowMs);
    if (breach === undefined) return;
    this.abortedBy = `${breach.metric} ${breach.expression}`;
    this.#abort.abort();
  }

  /** By somebody, and not by a threshold. */
  get isInterrupted(): boolean {
    return this.owner.aborted || this.#isStopped;
  }
}
