import type { StepReading } from "../find-max/find-max-result.js";
import type { StepGauge } from "../find-max/find-max-search.js";
import type { StepWindow } from "../find-max/step-window.js";
import { type StepState, stepStateOf } from "./step-state.js";

/** Hands in what a step came to here, and gets what it came to everywhere; undefined = the search is given up. */
export type ShareStep = (state: StepState) => Promise<StepReading | undefined>;

/**
 * Watches a step in one of several processes. What is judged is what all have measured together, which is the same for each,
 * so that every process goes on to the same next rate.
 */
export class SharedStep implements StepGauge {
  #isHandedIn = false;
  #step = 0;
  #answer: { readonly reading: StepReading | undefined } | undefined;

  constructor(
    private readonly window: StepWindow,
    private readonly share: ShareStep,
    /** Whether nothing of a step, by number, is under way between processes. */
    private readonly isSettled: (step: number) => boolean,
    private readonly epochMs: () => number,
    /** As StepState has it. */
    private readonly open: () => number | undefined,
  ) {}

  begin(nowMs: number): void {
    this.#step++;
    this.window.begin(nowMs);
  }

  isQuiet(): boolean {
    return this.window.isQuiet() && this.isSettled(this.#step);
  }

  end(nowMs: number): StepReading | "awaited" | "given up" {
    if (!this.#isHandedIn) {
      this.#isHandedIn = true;
      const open = this.open();
      const state = {
        ...stepStateOf(this.window.measure(nowMs), this.epochMs()),
        ...(open === undefined ? {} : { open }),
      };
      void this.share(state).then((reading) => {
        this.#answer = { reading };
      });
    }
    if (this.#answer === undefined) return "awaited";
    const { reading = "given up" } = this.#answer;
    this.#answer = undefined;
    this.#isHandedIn = false;
    return reading;
  }
}
