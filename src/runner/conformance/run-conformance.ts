import { setMaxListeners } from "node:events";
import type { Account } from "../../client/account.js";
import type { Address } from "../../client/peer.js";
import { type CaseRole, named, type PortName, roleFacts } from "../../scenarios/conformance/case-role.js";
import type { CaseTiming, ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import type { Telltale } from "../../scenarios/conformance/telltales.js";
import { AccountPool, type Lease } from "./account-pool.js";
import { addressInWords } from "./address-words.js";
import { type Baseline, inViewOf } from "./baseline.js";
import type { ConformanceEvent } from "./conformance-event.js";
import type { CaseResult, ConformanceResult, ConformanceTarget } from "./conformance-result.js";
import type { Findings } from "./findings.js";
import { fingerprintOf } from "./fingerprint.js";
import { lookAhead } from "./look-ahead.js";
import { mergeRuns } from "./merge-runs.js";
import { type CaseRunOptions, caseNotRun, type Ports, runCase, type SaveCapture } from "./run-case.js";
import { runOrder } from "./run-order.js";
import type { SelectedCase } from "./select-cases.js";
import { summarize } from "./summarize.js";
import { type PlayedAddresses, Surroundings } from "./surroundings.js";

export interface ConformanceOptions {
  /** What kind of server the cases are for; a msg_server unless given. */
  readonly role?: CaseRole;
  readonly target: Address;
  /** Another msg_server of the same cluster. */
  readonly peer?: Address;
  /** Where a login_server or file_server is found by clients, and a login_server by HTTP. */
  readonly clients?: Address;
  readonly http?: Address;
  /** Where to listen as the servers around the one under test, for roles that are judged so. */
  readonly played?: PlayedAddresses;
  /** How long it may take to dial them; its longest redial delay and a moment unless given. */
  readonly linkWaitMs?: number;
  /** All of the same role. */
  readonly cases: readonly SelectedCase[];
  readonly accounts: readonly Account[];
  /** Accounts that may not log in (LGN-07); none unless given. */
  readonly leavers?: readonly Account[];
  /** What tells servers apart, for `target.fingerprint`. */
  readonly telltales?: readonly Telltale[];
  /** Cases at once; those that wait for a server's time limit run beside them. */
  readonly jobs: number;
  /** Of the server's own time limits (CON-02, CON-03): 0.1 for a server configured to a tenth of them. */
  readonly timeScale: number;
  /** The server's limit for logging in (CON-02), where it is not 15 s by that scale. */
  readonly loginTimeoutMs?: number;
  /** Of the suite's patience: 2 for a slow network. */
  readonly timeoutFactor: number;
  /** A SHOULD that fails fails the run. */
  readonly strict: boolean;
  /** What the server is known to fail; nothing unless given. */
  readonly baseline?: Baseline;
  readonly keepsAllTraces: boolean;
  /** Given the pcapng file of each case whose trace is kept; none is made unless given. */
  readonly saveCapture?: SaveCapture;
  /** How often each case runs; once unless given. */
  readonly repeat?: number;
  /** Start cases in an order that follows from a seed, which is only reported, and these numbers. */
  readonly shuffle?: { readonly seed: number; readonly random: () => number };
  /** Nothing more starts after the first case that fails the run. */
  readonly failsFast?: boolean;
  /** Awaited before a case connects: for somebody who attaches a debugger. */
  readonly beforeCase?: (id: string) => Promise<void>;
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
/** RTE-09 */
const LINK_TIMEOUT_MS = 30_000;
const HEARTBEAT_INTERVAL_MS = 5000;
/** protocol.md: the first two delays, for a link whose first new attempt came too early; and the longest one. */
const REDIAL_MS = 4000 + 8000;
const REDIAL_LONGEST_MS = 64_000;

const LOGIN_HINT = "Are --accounts and --password those of this server?";

/**
 * Runs the selected cases, several at once, and judges the server. Never throws for what the server does.
 * @throws ListenError when the suite cannot listen where it is to play a server
 */
export async function runConformance(given: ConformanceOptions): Promise<ConformanceResult> {
  const signal = AbortSignal.any([given.signal]);
  // Every connection and wait of every running case listens to it.
  setMaxListeners(0, signal);
  const options = { ...given, signal };
  const startedMs = performance.now();
  const target = describeTarget(options);
  const { repeat } = target;
  options.onEvent?.({ type: "run-started", target, total: options.cases.length * repeat });
  const timing = timingOf(options);
  const surroundings = given.played === undefined ? undefined : await Surroundings.start(given.played, timing);
  try {
    const cases = await runAll(options, timing, surroundings);
    const isInterrupted = options.signal.aborted;
    const durationMs = performance.now() - startedMs;
    const summary = summarize(cases, { strict: options.strict, isInterrupted, durationMs });
    const { telltales, role = "msg" } = options;
    const fingerprint = telltales === undefined ? null : fingerprintOf(telltales, role, cases);
    const result: ConformanceResult = { schemaVersion: 1, summary, target: { ...target, fingerprint }, cases };
    options.onEvent?.({ type: "run-finished", result });
    return result;
  } finally {
    surroundings?.stop();
  }
}

async function runAll(
  options: ConformanceOptions,
  timing: CaseTiming,
  surroundings: Surroundings | undefined,
): Promise<CaseResult[]> {
  const { role = "msg", accounts, cases, linkWaitMs, signal } = options;
  const toRun = cases.flatMap(({ case: each, skippedBy }) => (skippedBy === undefined ? [each] : []));
  const ports = portsOf(options);
  const found = await lookAhead({
    role,
    ports,
    surroundings,
    linkWaitMs: linkWaitMs ?? REDIAL_LONGEST_MS * options.timeScale + timing.answerMs,
    accounts,
    answerMs: timing.answerMs,
    heartbeatIntervalMs: timing.heartbeatIntervalMs,
    needsLogin: toRun.some(needsUsers),
    needsGroups: toRun.some(({ needs }) => (needs.groupMembers ?? 0) > 0),
    signal,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  return new Schedule(options, timing, found, ports, surroundings).run();
}

function portsOf({ target, peer, clients, http }: ConformanceOptions): Ports {
  const given = { target, peer, clients, http };
  return Object.fromEntries(Object.entries(given).filter(([, address]) => address !== undefined));
}

function describeTarget({
  role = "msg",
  target,
  peer,
  nowMs,
  timeScale,
  timeoutFactor,
  strict,
  repeat = 1,
  shuffle,
}: ConformanceOptions): ConformanceTarget {
  return {
    role,
    address: addressInWords(target),
    peer: peer === undefined ? null : addressInWords(peer),
    startedAt: new Date(nowMs()).toISOString(),
    timeScale,
    timeoutFactor,
    strict,
    repeat,
    shuffleSeed: shuffle?.seed ?? null,
    fingerprint: null,
  };
}

function timingOf({ timeScale, timeoutFactor, loginTimeoutMs }: ConformanceOptions): CaseTiming {
  return {
    answerMs: ANSWER_MS * timeoutFactor,
    loginTimeoutMs: loginTimeoutMs ?? LOGIN_TIMEOUT_MS * timeScale,
    pcIdleTimeoutMs: PC_IDLE_TIMEOUT_MS * timeScale,
    mobileIdleTimeoutMs: MOBILE_IDLE_TIMEOUT_MS * timeScale,
    linkTimeoutMs: LINK_TIMEOUT_MS * timeScale,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS * timeScale,
    redialMs: REDIAL_MS * timeScale,
    redialLongestMs: REDIAL_LONGEST_MS * timeScale,
  };
}

function needsUsers({ needs }: ConformanceCase): boolean {
  return (needs.accounts ?? 0) + (needs.expendable ?? 0) > 0;
}

function firstOf<Name extends string>(
  names: readonly Name[],
  problems: Readonly<Partial<Record<Name, string>>>,
): string | undefined {
  return names.map((name) => problems[name]).find((problem) => problem !== undefined);
}

/** Which case runs when: as many at once as allowed, each as soon as there are users for it. */
class Schedule {
  readonly #results = new Map<string, CaseResult>();
  readonly #running = new Set<Promise<void>>();
  readonly #pool: AccountPool;
  readonly #jobs: number;
  /** Then those that wait for a timeout wait for their turn, too. */
  readonly #isSerial: boolean;
  #waiting: ConformanceCase[] = [];
  #busy = 0;
  #finished = 0;
  #failedFirst: string | undefined;

  constructor(
    private readonly options: ConformanceOptions,
    private readonly timing: CaseTiming,
    private readonly found: Findings,
    private readonly ports: Ports,
    private readonly surroundings: Surroundings | undefined,
  ) {
    const { role = "msg", jobs } = options;
    this.#isSerial = roleFacts[role].isSerial;
    this.#jobs = this.#isSerial ? 1 : jobs;
    this.#pool = new AccountPool(options.accounts, found.groups, options.random);
  }

  async run(): Promise<CaseResult[]> {
    const { cases, repeat = 1, shuffle } = this.options;
    const toRun: ConformanceCase[] = [];
    for (const { case: each, skippedBy } of cases) {
      const problem = skippedBy === undefined ? this.#problemOf(each) : undefined;
      if (skippedBy === undefined && problem === undefined) {
        toRun.push(each);
        continue;
      }
      this.#finished += repeat - 1;
      if (problem === undefined) this.#notRun(each, "skipped", `--skip ${skippedBy}`);
      else this.#notRun(each, "blocked", problem);
    }
    this.#waiting = runOrder(toRun, repeat, shuffle?.random);
    while (this.#waiting.length + this.#running.size > 0) {
      if (this.options.signal.aborted) this.#giveUpWaiting("interrupted");
      else if (this.#failedFirst !== undefined) this.#giveUpWaiting(`--fail-fast after ${this.#failedFirst}`);
      this.#startWhatCan();
      // Nothing runs when the interruption came between two cases, and a race of nobody never ends.
      if (this.#running.size > 0) await Promise.race(this.#running);
    }
    return cases.map(({ case: { id } }) => this.#results.get(id) as CaseResult);
  }

  #problemOf(each: ConformanceCase): string | undefined {
    const { portProblems, playedProblems, loginProblem, isLoginBroken } = this.found;
    const ports: PortName[] = [
      "target",
      ...(each.needs.secondServer ? ["peer" as const] : []),
      ...(each.needs.ports ?? []),
    ];
    const { essential } = roleFacts[each.role];
    const problem =
      firstOf(ports, portProblems) ?? firstOf([...essential, ...(each.needs.played ?? [])], playedProblems);
    if (problem !== undefined) return problem;
    const judgesBrokenLogin = isLoginBroken && each.judgesLogin;
    if (needsUsers(each) && loginProblem !== undefined && !judgesBrokenLogin) {
      return `${loginProblem}. ${isLoginBroken ? `Is it ${named(each.role)}?` : LOGIN_HINT}`;
    }
    return this.#pool.lacks(each.needs);
  }

  #startWhatCan(): void {
    this.#waiting = this.#waiting.filter((each) => {
      if (this.#countsAsJob(each) && this.#busy >= this.#jobs) return true;
      const lease = this.#pool.tryLease(each.needs);
      if (lease === undefined) return true;
      this.#start(each, lease);
      return false;
    });
  }

  #start(each: ConformanceCase, lease: Lease): void {
    if (this.#countsAsJob(each)) this.#busy++;
    const { id, waitsForTimeout } = each;
    this.options.onEvent?.({ type: "case-started", id, waitsForTimeout });
    const running = this.#prepareAndRun(each, lease).then((result) => {
      if (this.#countsAsJob(each)) this.#busy--;
      this.#pool.release(lease);
      this.#running.delete(running);
      this.#finish(result);
    });
    this.#running.add(running);
  }

  #countsAsJob({ waitsForTimeout }: ConformanceCase): boolean {
    return this.#isSerial || !waitsForTimeout;
  }

  async #prepareAndRun(each: ConformanceCase, lease: Lease): Promise<CaseResult> {
    await this.options.beforeCase?.(each.id);
    return runCase(each, lease, this.#runOptions(each));
  }

  #runOptions({ id }: ConformanceCase): CaseRunOptions {
    const { ports, timing, surroundings, options } = this;
    const { leavers, random, nowMs, keepsAllTraces, saveCapture, signal, rerun, onEvent } = options;
    return {
      ports,
      ...(leavers === undefined ? {} : { leavers }),
      timing,
      random,
      nowMs,
      keepsAllTraces,
      signal,
      rerun: rerun(id),
      ...(surroundings === undefined ? {} : { surroundings }),
      ...(saveCapture === undefined ? {} : { saveCapture }),
      ...(onEvent === undefined ? {} : { onEvent }),
    };
  }

  #giveUpWaiting(reason: string): void {
    for (const each of this.#waiting) this.#notRun(each, "skipped", reason);
    this.#waiting = [];
  }

  #notRun(each: ConformanceCase, verdict: "blocked" | "skipped", reason: string): void {
    this.#finish(caseNotRun(each, this.options.rerun(each.id), verdict, reason));
  }

  #finish(judged: CaseResult): void {
    const { baseline = [], cases, repeat = 1, failsFast, strict } = this.options;
    const result = inViewOf(baseline, judged);
    const before = this.#results.get(result.id);
    this.#results.set(result.id, before === undefined ? result : mergeRuns(before, result));
    const isFailure = result.verdict === "failed" && (result.level === "must" || strict);
    if (failsFast && (isFailure || result.verdict === "errored")) this.#failedFirst ??= result.id;
    this.#finished++;
    this.options.onEvent?.({
      type: "case-finished",
      result,
      finished: this.#finished,
      total: cases.length * repeat,
    });
  }
}
