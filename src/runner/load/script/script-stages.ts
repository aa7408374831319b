import { LoadBlockedError } from "../load-blocked-error.js";
import type { LoadEvent } from "../load-event.js";
import type { ScriptWorkload } from "./script-workload.js";
import type { SetupOutcome } from "./setup-outcome.js";

/** Different messages of failed iterations that are passed on. */
const FAILURES_TOLD_MAX = 20;

interface StageSources {
  readonly script: ScriptWorkload;
  readonly signal: AbortSignal;
  /** Of teardown. */
  readonly failed: (error: unknown) => void;
  /** Messages sent so far. */
  readonly sent: () => number;
  /** Waits for what is still under way. */
  readonly drain: () => Promise<unknown>;
  /** Gives what setup came to here, if it was called here, and gets what it came to wherever that was. */
  readonly shareSetup: (own: SetupOutcome | undefined) => Promise<SetupOutcome | undefined>;
}

/** A scenario file's setup and teardown. */
export class ScriptStages {
  constructor(private readonly sources: StageSources) {}

  /** @throws LoadBlockedError */
  async setUp(): Promise<void> {
    const { script, signal, shareSetup } = this.sources;
    if (!script.hasHooks || signal.aborted) return;
    const own = await this.#call();
    if (signal.aborted) return;
    const outcome = await shareSetup(own);
    if (outcome !== undefined && own === undefined) script.take(outcome);
  }

  async #call(): Promise<SetupOutcome | undefined> {
    const { script, signal } = this.sources;
    try {
      return await script.setup();
    } catch (error) {
      if (signal.aborted) return undefined;
      throw new LoadBlockedError("setup failed", { cause: error });
    }
  }

  /** Also after an interrupt: what setup made is to be cleaned up. */
  async tearDown(): Promise<void> {
    const { script, failed, sent, drain } = this.sources;
    const sentBefore = sent();
    try {
      await script.teardown();
    } catch (error) {
      failed(error);
    }
    if (sent() > sentBefore) await drain();
  }
}

/** Passes on what iterations throw, each message once and not too many. */
export class IterationFailures {
  readonly #told = new Set<string>();

  constructor(private readonly onEvent: ((event: LoadEvent) => void) | undefined) {}

  add(scenario: string, error: unknown): void {
    const text = `${scenario} ${error instanceof Error ? error.message : String(error)}`;
    if (this.#told.has(text) || this.#told.size >= FAILURES_TOLD_MAX) return;
    this.#told.add(text);
    this.onEvent?.({ type: "iteration-failed", scenario, error });
  }
}
