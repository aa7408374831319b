import { setMaxListeners } from "node:events";
import type { Account } from "../../client/account.js";
import type { Address } from "../../client/peer.js";
import type { CaseTiming, ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import { AccountPool, type Lease } from "./account-pool.js";
import { type Baseline, inViewOf } from "./baseline.js";
import type { ConformanceEvent } from "./conformance-event.js";
import type { CaseResult, ConformanceResult, ConformanceTarget } from "./conformance-result.js";
import { type Preflight, preflight } from "./preflight.js";
import { type CaseRunOptions, caseNotRun, runCase } from "./run-case.js";
import type { SelectedCase } from "./select-cases.js";
import { summarize } from "./summarize.js";

export interface ConformanceOptions {
  readonly target: Address;
  /** Another msg_server of the same cluster. */
  readonly peer?: Address;
  readonly cases: readonly SelectedCase[];
  readonly accounts: readonly Account[];
  /** Cases at once; those that wait for a server's time limit run beside them. */
  readonly jobs: number;
  /** Of the server's own time limits (CON-02, CON-03): 0.1 for a server configured to a tenth of them. */
  readonly timeScale: number;
  /** Of the suite's patience: 2 for a slow network. */
  readonly timeoutFactor: number;
  /** A SHOULD that fails fails the run. */
  readonly strict: boolean;
  /** What the server is known to fail; nothing unless given. */
  readonly baseline?: Baseline;
  readonly keepsAllTraces: boolean;
  readonly nowMs: () => number;
  readonly random: () => number;
  /** Ends the run early; what ran is still reported. */
  readonly signal: AbortSignal;
  /** The command line that runs one case alone. */
  readonly rerun: (id: string) => string;
  readonly onEvent?: (event: ConformanceEvent) => void;
}

/** Within which an answer is due when behaviour.md names no time. */
const ANSWER_MS = 5000;
/** CON-02, CON-03 */
const LOGIN_TIMEOUT_MS = 15_000;
const PC_IDLE_TIMEOUT_MS = 120_000;
const MOBILE_IDLE_TIMEOUT_MS = 300_000;

/** Runs the selected cases, several at once, and judges the server. Never throws for what the server does. */
export async function runConformance(given: ConformanceOptions): Promise<ConformanceResult> {
  const signal = AbortSignal.any([given.signal]);
  // Every connection and wait of every running case listens to it.
  setMaxListeners(0, signal);
  const options = { ...given, signal };
  const startedMs = performance.now();
  const target = describeTarget(options);
  options.onEvent?.({ type: "run-started", target, total: options.cases.length });
  const timing = timingOf(options);
  const toRun = options.cases.flatMap(({ case: each, skippedBy }) => (skippedBy === undefined ? [each] : []));
  const found = await preflight({
    target: options.target,
    peer: options.peer,
    accounts: options.accounts,
    answerMs: timing.answerMs,
    needsLogin: toRun.some(needsUsers),
    needsGroups: toRun.some(({ needs }) => (needs.groupMembers ?? 0) > 0),
  });
  const cases = await new Schedule(options, timing, found).run();
  const isInterrupted = options.signal.aborted;
  const durationMs = performance.now() - startedMs;
  const summary = summarize(cases, { strict: options.strict, isInterrupted, durationMs });
  const result: ConformanceResult = { schemaVersion: 1, summary, target, cases };
  options.onEvent?.({ type: "run-finished", result });
  return result;
}

function describeTarget({
  target,
  peer,
  nowMs,
  timeScale,
  timeoutFactor,
  strict,
}: ConformanceOptions): ConformanceTarget {
  return {
    address: inWords(target),
    peer: peer === undefined ? null : inWords(peer),
    startedAt: new Date(nowMs()).toISOString(),
    timeScale,
    timeoutFactor,
    strict,
  };
}

function inWords({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function timingOf({ timeScale, timeoutFactor }: ConformanceOptions): CaseTiming {
  return {
    answerMs: ANSWER_MS * timeoutFactor,
    loginTimeoutMs: LOGIN_TIMEOUT_MS * timeScale,
    pcIdleTimeoutMs: PC_IDLE_TIMEOUT_MS * timeScale,
    mobileIdleTimeoutMs: MOBILE_IDLE_TIMEOUT_MS * timeScale,
  };
}

function needsUsers({ needs }: ConformanceCase): boolean {
  return (needs.accounts ?? 0) + (needs.expendable ?? 0) > 0;
}

/** Which case runs when: as many at once as allowed, each as soon as there are users for it. */
class Schedule {
  readonly #results = new Map<string, CaseResult>();
  readonly #running = new Set<Promise<void>>();
  readonly #pool: AccountPool;
  #waiting: ConformanceCase[] = [];
  #busy = 0;

  constructor(
    private readonly options: ConformanceOptions,
    private readonly timing: CaseTiming,
    private readonly found: Preflight,
  ) {
    this.#pool = new AccountPool(options.accounts, found.groups, options.random);
  }

  async run(): Promise<CaseResult[]> {
    const { cases } = this.options;
    for (const { case: each, skippedBy } of cases) {
      if (skippedBy !== undefined) this.#notRun(each, "skipped", `--skip ${skippedBy}`);
      else {
        const problem = this.#problemOf(each);
        if (problem === undefined) this.#waiting.push(each);
        else this.#notRun(each, "blocked", problem);
      }
    }
    // The long waits begin first, so that the run ends with the longest of them.
    this.#waiting.sort((a, b) => Number(b.waitsForTimeout) - Number(a.waitsForTimeout));
    while (this.#waiting.length + this.#running.size > 0) {
      if (this.options.signal.aborted) this.#giveUpWaiting();
      this.#startWhatCan();
      // Nothing runs when the interruption came between two cases, and a race of nobody never ends.
      if (this.#running.size > 0) await Promise.race(this.#running);
    }
    return cases.map(({ case: { id } }) => this.#results.get(id) as CaseResult);
  }

  #problemOf(each: ConformanceCase): string | undefined {
    const { targetProblem, peerProblem, loginProblem, isLoginBroken } = this.found;
    if (targetProblem !== undefined) return targetProblem;
    if (each.needs.secondServer && peerProblem !== undefined) return peerProblem;
    const judgesBrokenLogin = isLoginBroken && each.judgesLogin;
    if (needsUsers(each) && loginProblem !== undefined && !judgesBrokenLogin) return loginProblem;
    return this.#pool.lacks(each.needs);
  }

  #startWhatCan(): void {
    this.#waiting = this.#waiting.filter((each) => {
      if (!each.waitsForTimeout && this.#busy >= this.options.jobs) return true;
      const lease = this.#pool.tryLease(each.needs);
      if (lease === undefined) return true;
      this.#start(each, lease);
      return false;
    });
  }

  #start(each: ConformanceCase, lease: Lease): void {
    if (!each.waitsForTimeout) this.#busy++;
    this.options.onEvent?.({ type: "case-started", id: each.id });
    const running = runCase(each, lease, this.#runOptions(each)).then((result) => {
      if (!each.waitsForTimeout) this.#busy--;
      this.#pool.release(lease);
      this.#running.delete(running);
      this.#finish(result);
    });
    this.#running.add(running);
  }

  #runOptions({ id }: ConformanceCase): CaseRunOptions {
    const { target, peer, random, nowMs, keepsAllTraces, signal, rerun } = this.options;
    return { target, peer, timing: this.timing, random, nowMs, keepsAllTraces, signal, rerun: rerun(id) };
  }

  #giveUpWaiting(): void {
    for (const each of this.#waiting) this.#notRun(each, "skipped", "interrupted");
    this.#waiting = [];
  }

  #notRun(each: ConformanceCase, verdict: "blocked" | "skipped", reason: string): void {
    this.#finish(caseNotRun(each, this.options.rerun(each.id), verdict, reason));
  }

  #finish(judged: CaseResult): void {
    const result = inViewOf(this.options.baseline ?? [], judged);
    this.#results.set(result.id, result);
    const { size: finished } = this.#results;
    this.options.onEvent?.({ type: "case-finished", result, finished, total: this.options.cases.length });
  }
}
