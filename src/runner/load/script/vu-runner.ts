import type { VuPool } from "../executors/executor.js";
import type { LoadMetrics } from "../metrics/load-metrics.js";
import { currentVu } from "./current-vu.js";
import { IterationInterrupted } from "./iteration-interrupted.js";
import type { ScriptScenario } from "./script-plan.js";
import type { Vu } from "./vu.js";

/** What became of a scenario's iterations. */
export interface IterationCounts {
  /** Ended by themselves, those that threw included, as k6 counts. */
  complete: number;
  failed: number;
  interrupted: number;
}

/** What a runner tells. */
export interface VuRunnerHooks {
  ended(vu: number): void;
  failed(error: unknown): void;
}

const SLEEP_STEP_MS = 1;

/** Runs the iterations of one scenario's virtual users: each is one call of a function of the file. */
export class VuRunner implements VuPool {
  readonly counts: IterationCounts = { complete: 0, failed: 0, interrupted: 0 };
  /** Each VU has a copy of its own, as in k6. */
  readonly #data: unknown[] = [];
  readonly #ended: number[] = [];

  constructor(
    private readonly scenario: ScriptScenario,
    private readonly vus: readonly Vu[],
    private readonly data: () => unknown,
    private readonly minIterationMs: number,
    private readonly hasOwnMetrics: boolean,
    private readonly metrics: LoadMetrics,
    private readonly now: () => number,
    private readonly hooks: VuRunnerHooks,
  ) {}

  start(vu: number, intendedMs: number): void {
    void this.#iterate(vu, this.vus[vu] as Vu, intendedMs);
  }

  interrupt(vu: number): void {
    this.vus[vu]?.waits.interrupt();
  }

  release(vu: number): void {
    const leaving = this.vus[vu] as Vu;
    leaving.waits.reset();
    // Whoever cannot log out is gone already.
    for (const user of leaving.users) user.logout().catch(() => {});
  }

  async #iterate(index: number, vu: Vu, intendedMs: number): Promise<void> {
    const startedMs = this.now();
    vu.iterationBegins(Math.max(0, startedMs - intendedMs));
    if (!(index in this.#data)) this.#data[index] = this.data();
    try {
      await this.#call(vu, this.#data[index]);
      this.#complete(vu, startedMs);
    } catch (error) {
      if (vu.waits.isInterrupted || error instanceof IterationInterrupted) this.counts.interrupted++;
      else {
        this.counts.failed++;
        this.metrics.error(vu.user.user, "iteration_failed");
        this.#complete(vu, startedMs);
        this.hooks.failed(error);
      }
    }
    await this.#atLeast(vu, startedMs);
    this.#over(index);
  }

  /** Following each promise costs something, which only metrics of the file's own are worth. */
  #call(vu: Vu, data: unknown): unknown {
    const { exec } = this.scenario;
    return this.hasOwnMetrics ? currentVu.run(vu, exec, vu, data) : exec(vu, data);
  }

  #complete(vu: Vu, startedMs: number): void {
    this.counts.complete++;
    this.metrics.iterationDone(vu.user.user, this.now() - startedMs);
  }

  /** `minIterationDuration`. */
  async #atLeast(vu: Vu, startedMs: number): Promise<void> {
    const leftMs = startedMs + this.minIterationMs - this.now();
    if (leftMs < SLEEP_STEP_MS || vu.waits.isInterrupted) return;
    await vu.sleep(leftMs / 1000).catch(() => {});
  }

  /** What follows begins in a turn of its own: a function that never waits must not keep the sockets from being read. */
  #over(index: number): void {
    this.#ended.push(index);
    if (this.#ended.length > 1) return;
    setImmediate(() => {
      for (const vu of this.#ended.splice(0)) this.hooks.ended(vu);
    });
  }
}
