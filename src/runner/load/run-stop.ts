import { setMaxListeners } from "node:events";
import { abortTextOf } from "./metrics/threshold.js";
import type { ThresholdWatch } from "./metrics/threshold-watch.js";

/** Why and when a run is to finish before its plan says so. */
export class RunStop {
  /** Finish with what is under way, and report. */
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  #isStopped = false;
  #abortedBy: string | null = null;

  constructor(
    /** The run's owner's. */
    private readonly owner: AbortSignal,
    /** Of a run in several processes that is to end in all of them; its reason is the threshold's text. */
    private readonly everywhere?: AbortSignal,
  ) {
    const signals = [owner, this.#abort.signal];
    this.signal = AbortSignal.any(everywhere === undefined ? signals : [...signals, everywhere]);
    // Every device that is connecting listens to it.
    setMaxListeners(0, this.signal);
  }

  /** The threshold that ended it, as `metric expression`; null = none did. */
  get abortedBy(): string | null {
    if (this.#abortedBy !== null) return this.#abortedBy;
    return this.everywhere?.aborted === true ? String(this.everywhere.reason) : null;
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
    this.#abortedBy = abortTextOf(breach);
    this.#abort.abort();
  }

  /** By somebody, and not by a threshold. */
  get isInterrupted(): boolean {
    return this.owner.aborted || this.#isStopped;
  }
}
