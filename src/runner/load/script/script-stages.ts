import { LoadBlockedError } from "../load-blocked-error.js";
import type { LoadEvent } from "../load-event.js";
import type { ScriptWorkload } from "./script-workload.js";

/** Different messages of failed iterations that are passed on. */
const FAILURES_TOLD_MAX = 20;

interface StageSources {
  readonly script: ScriptWorkload;
  readonly signal: AbortSignal;
  readonly onFailure: IterationFailures;
  /** Messages sent so far. */
  readonly sent: () => number;
  /** Waits for what is still under way. */
  readonly drain: () => Promise<unknown>;
}

/** A scenario file's setup and teardown. */
export class ScriptStages {
  constructor(private readonly sources: StageSources) {}

  /** @throws LoadBlockedError */
  async setUp(): Promise<void> {
    const { script, signal } = this.sources;
    try {
      await script.setup();
    } catch (error) {
      if (signal.aborted) return;
      throw new LoadBlockedError("setup failed", { cause: error });
    }
  }

  /** Also after an interrupt: what setup made is to be cleaned up. */
  async tearDown(): Promise<void> {
    const { script, onFailure, sent, drain } = this.sources;
    const sentBefore = sent();
    try {
      await script.teardown();
    } catch (error) {
      onFailure.add("teardown", error);
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
