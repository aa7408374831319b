import type { StepReading } from "../../../runner/load/find-max/find-max-result.js";
import type { Threshold } from "../../../runner/load/metrics/threshold.js";
import { judgeTogether, type StepState } from "../../../runner/load/shard/step-state.js";

/** One search's steps: each is judged once all workers have told what it came to with them. */
export class SearchSteps {
  readonly #states = new Map<number, StepState>();
  #isGivenUp = false;
  /** What was lost between workers before. */
  #open = 0;

  constructor(
    private readonly conditions: readonly Threshold[],
    private readonly workers: number,
  ) {}

  /** @returns what the step came to everywhere, null when some have ended; undefined while others are still to tell */
  take(worker: number, state: StepState): StepReading | null | undefined {
    if (this.#isGivenUp) return null;
    this.#states.set(worker, state);
    if (this.#states.size < this.workers) return undefined;
    const states = [...this.#states.values()];
    this.#states.clear();
    return judgeTogether(this.conditions, states, { msgs_lost: this.#lostBetween(states) });
  }

  /** All have told their step, and none has begun the next: what is open now and was not before is the step's. */
  #lostBetween(states: readonly StepState[]): number {
    let open = 0;
    for (const state of states) {
      if (state.open === undefined) return 0;
      open += state.open;
    }
    const lost = Math.max(0, open - this.#open);
    this.#open = open;
    return lost;
  }

  /** A worker takes part no more. @returns whether others are waiting for it */
  giveUp(): boolean {
    this.#isGivenUp = true;
    return this.#states.size > 0;
  }
}
