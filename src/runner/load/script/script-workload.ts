import type { Random } from "../../../scenarios/load/random.js";
import type { DeviceSessions } from "../devices/device-sessions.js";
import type { Messenger } from "../devices/messenger.js";
import { ArrivalExecutor } from "../executors/arrival-executor.js";
import { type Executor, INTERRUPT_WAIT_MS, type VuPool } from "../executors/executor.js";
import { vusMaxOf } from "../executors/executor-plan.js";
import { FindMaxExecutor } from "../executors/find-max-executor.js";
import { IterationsExecutor } from "../executors/iterations-executor.js";
import { VuShare } from "../executors/vu-share.js";
import { VusExecutor } from "../executors/vus-executor.js";
import type { FindMaxPlan } from "../find-max/find-max-plan.js";
import type { RateSearch } from "../find-max/find-max-search.js";
import type { LoadMetrics } from "../metrics/load-metrics.js";
import { Gauge } from "../metrics/metrics.js";
import type { PartProgress } from "../part-progress.js";
import type { PartResult } from "../part-result.js";
import { isOwn, type Segment } from "../segment.js";
import type { Timers } from "../timers.js";
import type { Workload } from "../workload.js";
import { currentVu } from "./current-vu.js";
import type { MessageDesk } from "./message-desk.js";
import { checksMetric } from "./own-metrics.js";
import { hookVuOf, type ScriptPlan, type ScriptScenario, vusOf } from "./script-plan.js";
import type { SetupOutcome } from "./setup-outcome.js";
import { Sleepers } from "./sleepers.js";
import { Vu } from "./vu.js";
import type { VuContext } from "./vu-context.js";
import { VuRunner } from "./vu-runner.js";

/** Sleeps that a VU may have for each of its users at the same time, on average. */
const SLEEPS_PER_USER = 8;
const SPARE_SLEEPS = 64;

export interface ScriptDependencies {
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly metrics: LoadMetrics;
  readonly desk: MessageDesk;
  readonly timers: Timers;
  /** Of each VU its own, so that what it draws does not depend on who else is in the process. */
  readonly randomOf: (vu: number) => Random;
  readonly segment: Segment;
  /** Whether a user is online, as far as this segment knows. */
  readonly isThere: (user: number) => boolean;
  /** Setup is called in one of the segments, and the others get what it came to. */
  readonly isSetupShared: boolean;
  readonly now: () => number;
  readonly until: (done: () => boolean) => Promise<void>;
  readonly signal: AbortSignal;
  readonly devicesPerUser: number;
  readonly searchFor: (search: FindMaxPlan) => RateSearch;
  readonly failed: (scenario: string, error: unknown) => void;
}

interface Part {
  readonly scenario: ScriptScenario;
  readonly runner: VuRunner;
  readonly executor: Executor;
  readonly firstUser: number;
  /** Dropped iterations that the metrics have already. */
  dropped: number;
}

/** A scenario file: its scenarios side by side, each with an executor and virtual users of its own. */
export class ScriptWorkload implements Workload {
  readonly #parts: readonly Part[];
  /** The VU of setup and teardown, where they are called here. */
  readonly #hookVu: Vu | undefined;
  readonly #context: VuContext;
  readonly #vusGauge = new Gauge();
  #data = "";
  #isSettingUp = false;
  #isSetUp = false;
  #startMs = 0;

  constructor(
    private readonly plan: ScriptPlan,
    private readonly run: ScriptDependencies,
  ) {
    const { metrics } = run;
    const sleepers = new Sleepers(run.timers, plan.scenarios.length, sleepsFor(plan));
    this.#sleepers = sleepers;
    this.#context = {
      ...run,
      sleepers,
      users: vusOf(plan) * plan.usersPerVu,
      checks: new Map(),
      thinkSeconds: (mean, spread, random) => plan.thinkTimes[spread](mean)(random),
      customAdded: (name, value, tags) => metrics.customAdded(name, value, tags, run.now()),
      reachesAll: () => this.#isSettingUp && run.isSetupShared,
    };
    plan.takeValues((name, value, tags) => {
      const { tags: current } = currentVu.getStore() ?? plan;
      metrics.customAdded(name, value, { ...current, ...tags }, run.now());
    });
    metrics.vus = this.#vusGauge;
    metrics.vusMax = new Gauge(false);
    let firstVu = 0;
    this.#parts = plan.scenarios.map((scenario, index) => {
      const part = this.#partOf(scenario, index, firstVu);
      firstVu += vusMaxOf(scenario.executor);
      return part;
    });
    metrics.vusMax.set(this.#parts.reduce((sum, { executor }) => sum + executor.vusMax, 0));
    const hookVu = hookVuOf(plan, run.segment);
    if (hookVu !== undefined) this.#hookVu = this.#vu("", {}, plan.tags, hookVu);
  }

  readonly #sleepers: Sleepers;

  /** Timers that it needs: one for each scenario, then the sleeps. */
  static timersFor(plan: ScriptPlan): number {
    return plan.scenarios.length + sleepsFor(plan);
  }

  /**
   * Calls the file's setup, unless another segment does.
   * @returns undefined when it was not called here. @throws Error what it threw, or that it took too long
   */
  async setup(): Promise<SetupOutcome | undefined> {
    const { setup, setupTimeoutMs } = this.plan;
    if (this.#hookVu === undefined) return undefined;
    const vu = this.#hookVu;
    this.#isSettingUp = true;
    try {
      const data = setup && (await this.#inTime("setup", setupTimeoutMs, vu, async () => setup(vu)));
      this.#data = jsonOf(data);
      this.#isSetUp = true;
    } finally {
      this.#isSettingUp = false;
    }
    return { data: this.#dataCopy(), groups: this.run.messenger.addedGroups() };
  }

  /** What setup came to in another segment. */
  take({ data, groups }: SetupOutcome): void {
    this.#data = JSON.stringify(data) ?? "";
    for (const { groupId, members } of groups) this.run.messenger.addGroup(members, groupId);
  }

  /** As k6: not after a setup that did not come to its end. @throws Error what the file's teardown threw, or that it took too long */
  async teardown(): Promise<void> {
    const { teardown, teardownTimeoutMs } = this.plan;
    if (teardown === undefined || this.#hookVu === undefined || !this.#isSetUp) return;
    const vu = this.#hookVu;
    await this.#inTime("teardown", teardownTimeoutMs, vu, async () => teardown(this.#dataCopy(), vu));
  }

  /** There is a setup or a teardown, wherever it is called. */
  get hasHooks(): boolean {
    return this.plan.hookVus > 0;
  }

  get setupData(): unknown {
    return this.#dataCopy();
  }

  get checks(): ReadonlyMap<string, { readonly passes: number; readonly fails: number }> {
    return this.#context.checks;
  }

  results(): PartResult[] {
    return this.#parts.map(({ scenario, runner, executor }) => ({
      name: scenario.name,
      executor: scenario.executor.executor,
      vusMax: executor.vusMax,
      iterations: runner.counts.complete,
      failed: runner.counts.failed,
      interrupted: runner.counts.interrupted + executor.abandoned,
      dropped: executor.dropped,
      findMax: executor instanceof FindMaxExecutor ? executor.result() : null,
    }));
  }

  begin(nowMs: number): void {
    this.#startMs = nowMs;
    for (const [index, { scenario }] of this.#parts.entries()) {
      this.run.timers.set(index, nowMs + scenario.executor.startTimeMs);
    }
  }

  timerDue(timer: number, dueMs: number): void {
    const part = this.#parts[timer];
    if (part === undefined) return this.#sleepers.timerDue(timer);
    if (this.#pausedMs !== undefined) return;
    if (part.executor.hasBegun) part.executor.advance(this.run.now());
    else part.executor.begin(dueMs);
    this.#look(timer);
  }

  isOver(): boolean {
    return this.#parts.every(({ executor }) => executor.isDone);
  }

  /** Early or not: what still runs is interrupted. */
  async end(nowMs: number): Promise<void> {
    for (const { executor } of this.#parts) {
      executor.stop(nowMs);
      executor.interruptAll(nowMs);
    }
    const deadlineMs = nowMs + INTERRUPT_WAIT_MS;
    await this.run.until(() => this.isOver() || this.run.now() >= deadlineMs);
    for (const part of this.#parts) this.#countDropped(part);
    this.#vusGauge.set(0);
  }

  /** Iterations never wait. */
  skipOverdue(): void {}

  acked(): void {}

  ready(): void {}

  progress(nowMs: number): readonly PartProgress[] {
    return this.#parts.map(({ scenario, executor }) => ({
      name: scenario.name,
      executor: scenario.executor.executor,
      ...executor.state(nowMs),
    }));
  }

  #pausedMs: number | undefined;

  pause(nowMs: number): void {
    this.#pausedMs = nowMs;
    for (const { executor } of this.#parts) if (executor.hasBegun) executor.pause(nowMs);
  }

  resume(nowMs: number): void {
    if (this.#pausedMs === undefined) return;
    this.#startMs += nowMs - this.#pausedMs;
    this.#pausedMs = undefined;
    for (const [index, { scenario, executor }] of this.#parts.entries()) {
      if (executor.hasBegun) {
        executor.resume(nowMs);
        this.#look(index);
      } else this.run.timers.set(index, this.#startMs + scenario.executor.startTimeMs);
    }
  }

  scale(factor: number, nowMs: number): void {
    for (const [index, { executor }] of this.#parts.entries()) {
      executor.scale(factor, nowMs);
      this.#look(index);
    }
  }

  #partOf(scenario: ScriptScenario, index: number, firstVu: number): Part {
    const { metrics, now } = this.run;
    const tags = { ...this.plan.tags, ...scenario.tags, scenario: scenario.name };
    const { segment } = this.run;
    const vusMax = vusMaxOf(scenario.executor);
    const numbers = Array.from({ length: vusMax }, (_, vu) => firstVu + vu);
    const vus = numbers
      .filter((vu) => isOwn(vu * this.plan.usersPerVu, segment))
      .map((vu) => this.#vu(scenario.name, scenario.env, tags, vu));
    const { minIterationMs, customMetrics } = this.plan;
    const hasOwnMetrics = customMetrics.some((metric) => metric !== checksMetric);
    const runner = new VuRunner(scenario, vus, () => this.#dataCopy(), minIterationMs, hasOwnMetrics, metrics, now, {
      ended: (vu) => {
        this.#parts[index]?.executor.ended(vu, now());
        this.#look(index);
      },
      failed: (error) => this.run.failed(scenario.name, error),
    });
    return {
      scenario,
      runner,
      executor: this.#executorOf(scenario, runner, new VuShare(vusMax, firstVu, segment)),
      firstUser: firstVu * this.plan.usersPerVu,
      dropped: 0,
    };
  }

  #executorOf({ executor: plan }: ScriptScenario, pool: VuPool, share: VuShare): Executor {
    switch (plan.executor) {
      case "shared-iterations":
      case "per-vu-iterations":
        return new IterationsExecutor(plan, pool, share);
      case "constant-vus":
      case "ramping-vus":
        return new VusExecutor(plan, pool, share);
      case "find-max":
        return new FindMaxExecutor(plan, pool, this.run.searchFor(plan.search), share);
      default:
        return new ArrivalExecutor(plan, pool, share);
    }
  }

  #vu(scenario: string, env: ScriptScenario["env"], tags: ScriptScenario["tags"], index: number): Vu {
    const users = this.plan.usersPerVu;
    const identity = { id: index + 1, scenario, env, tags, firstUser: index * users, users };
    return new Vu(this.#context, identity, this.run.randomOf(index));
  }

  /** Sets the executor's timer to when it next wants to be asked. */
  #look(index: number): void {
    const part = this.#parts[index] as Part;
    const { executor } = part;
    this.#countDropped(part);
    this.#vusGauge.set(this.#parts.reduce((sum, each) => sum + each.executor.vus, 0));
    const nextMs = this.#pausedMs === undefined ? executor.nextMs() : undefined;
    if (nextMs !== undefined && nextMs !== Number.POSITIVE_INFINITY) this.run.timers.set(index, nextMs);
    else if (executor.hasBegun) this.run.timers.clear(index);
  }

  #countDropped(part: Part): void {
    const { dropped } = part.executor;
    this.run.metrics.iterationsDropped(part.firstUser, dropped - part.dropped);
    part.dropped = dropped;
  }

  /** Waits no longer than that, nor after an abort, whatever it is that the function waits for. */
  async #inTime<T>(what: string, timeoutMs: number, vu: Vu, work: () => Promise<T>): Promise<T> {
    vu.iterationBegins(0);
    let isLate = false;
    const cancel = this.#sleepers.sleep(this.run.now() + timeoutMs, () => {
      isLate = true;
      vu.waits.interrupt();
    });
    const onAbort = () => vu.waits.interrupt();
    this.run.signal.addEventListener("abort", onAbort);
    try {
      return await vu.waits.itself(currentVu.run(vu, work));
    } catch (error) {
      if (isLate) throw new Error(`${what} took longer than ${timeoutMs / 1000} s`);
      throw error;
    } finally {
      this.run.signal.removeEventListener("abort", onAbort);
      cancel();
    }
  }

  #dataCopy(): unknown {
    return this.#data === "" ? undefined : JSON.parse(this.#data);
  }
}

/** @throws Error */
function jsonOf(data: unknown): string {
  try {
    return JSON.stringify(data) ?? "";
  } catch (error) {
    throw new Error(`what it returned is not JSON: ${(error as Error).message}`);
  }
}

function sleepsFor(plan: ScriptPlan): number {
  return vusOf(plan) * plan.usersPerVu * SLEEPS_PER_USER + SPARE_SLEEPS;
}
