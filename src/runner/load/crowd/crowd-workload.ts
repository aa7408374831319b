import type { Pulse } from "../../../scenarios/load/crowd.js";
import type { Messenger } from "../devices/messenger.js";
import type { FindMaxPlan } from "../find-max/find-max-plan.js";
import type { RateSearch } from "../find-max/find-max-search.js";
import type { LoadPlan } from "../load-plan.js";
import type { LoadMetrics } from "../metrics/load-metrics.js";
import { perSecond } from "../metrics/metrics.js";
import type { PartProgress } from "../part-progress.js";
import type { PartResult } from "../part-result.js";
import { ownCount, wholeRun } from "../segment.js";
import type { Timers } from "../timers.js";
import type { Workload } from "../workload.js";
import { ActRandom } from "./act-random.js";
import { ActSchedule } from "./act-schedule.js";
import { constantPace, type Pace, stagedPace } from "./pace.js";

/** How soon a user that cannot act is asked again when no ack has come for it. */
const RETRY_MS = 50;
/** That of the scenario, and that of its users' lives. */
const PULSES_MAX = 2;
const FIRST_USER = 0;
/** How often a search is asked whether its step is over. */
const SEARCH_INTERVAL_MS = 50;

/** The pace of a plan's built-in scenario. */
function paceOf({ actsPerSecond, durationMs, stages }: LoadPlan): Pace {
  return stages.length > 0 ? stagedPace(actsPerSecond, stages) : constantPace(actsPerSecond, durationMs);
}

/** Acts a second of the steady phase, or of a share of the plan's acts from 0 to 1; their mean when it changes. */
export function plannedRate(plan: LoadPlan, share = 1): number {
  const { acts, durationMs } = paceOf(plan);
  return perSecond(acts * share, durationMs);
}

export interface CrowdDependencies {
  readonly messenger: Messenger;
  readonly metrics: LoadMetrics;
  readonly timers: Timers;
  readonly now: () => number;
  readonly searchFor: (search: FindMaxPlan) => RateSearch;
}

/** A built-in scenario: users are rows who act by think times. */
export class CrowdWorkload implements Workload {
  private readonly messenger: Messenger;
  private readonly metrics: LoadMetrics;
  private readonly timers: Timers;
  private readonly now: () => number;
  readonly #users: number;
  readonly #search: RateSearch | undefined;
  readonly #schedule: ActSchedule;
  readonly #pulses: readonly Pulse[];
  readonly #random: ActRandom;
  #pace: Pace;
  readonly #pulsesDone = new Map<Pulse, number>();
  #startMs = 0;
  #pausedMs: number | undefined;
  /** Until when the timer of a user that cannot act need not be set anew; 0 = it is that of its next act, or none. */
  readonly #retryMs: Float64Array;
  #beforePause: Pace;

  constructor(
    private readonly plan: LoadPlan,
    { messenger, metrics, timers, now, searchFor }: CrowdDependencies,
  ) {
    this.messenger = messenger;
    this.metrics = metrics;
    this.timers = timers;
    this.now = now;
    this.#users = messenger.users;
    this.#retryMs = new Float64Array(this.#users);
    const { scenario, behaviour } = plan;
    this.#pulses = [scenario.pulse, behaviour.life].filter((pulse) => pulse !== undefined);
    const { findMax } = plan;
    if (findMax !== undefined) this.#search = searchFor(findMax);
    this.#pace = findMax === undefined ? paceOf(plan) : constantPace(0, Number.POSITIVE_INFINITY);
    this.#beforePause = this.#pace;
    const { seed, random, thinkTime, segment = wholeRun } = plan;
    this.#random = new ActRandom(seed);
    messenger.random = this.#random;
    const randomOf = (user: number) => random((seed + user + 1) >>> 0);
    this.#schedule = new ActSchedule(this.#users, this.#pace, thinkTime(this.#users), randomOf, segment);
  }

  /** Timers that it needs: the users', the pulses', the search's. */
  static timersFor(users: number): number {
    return users + PULSES_MAX + 1;
  }

  begin(nowMs: number): void {
    this.#startMs = nowMs;
    this.#schedule.begin(nowMs);
    for (const [index, { firstMs }] of this.#pulses.entries()) this.timers.set(this.#users + index, nowMs + firstMs);
    if (this.#search !== undefined) {
      this.#search.begin(nowMs);
      this.#hold(this.#search.ratePerSecond, nowMs);
      this.timers.set(this.#searchTimer, nowMs + SEARCH_INTERVAL_MS);
    }
    this.#armAll();
  }

  /** How much of the plan's time is over at a moment: from 0 to 1. */
  shareAt(nowMs: number): number {
    return Math.min(1, Math.max(0, (nowMs - this.#startMs) / this.#pace.durationMs));
  }

  isOver(nowMs: number): boolean {
    return this.#search?.isDone ?? nowMs >= this.#startMs + this.#pace.durationMs;
  }

  end(nowMs: number): void {
    for (const index of this.#pulses.keys()) this.timers.clear(this.#users + index);
    this.timers.clear(this.#searchTimer);
    this.#search?.stop();
    const endMs = Math.min(nowMs, this.#startMs + this.#pace.durationMs);
    this.metrics.iterationsDropped(FIRST_USER, this.#schedule.dropOverdue(endMs));
  }

  timerDue(timer: number, dueMs: number): void {
    if (timer === this.#searchTimer) return this.#look();
    const pulse = this.#pulses[timer - this.#users];
    if (pulse !== undefined) return this.#pulse(timer, pulse, dueMs);
    this.#catchUp(timer);
  }

  /** An ack may be what a user waits for. */
  acked(device: number): void {
    const user = Math.floor(device / this.plan.devicesPerUser);
    if (this.#schedule.isBlocked(user)) this.#catchUp(user);
  }

  ready(device: number): void {
    this.plan.scenario.onReady?.(this.messenger, device);
  }

  progress(nowMs: number): readonly PartProgress[] {
    // A pause stops the clock of the plan.
    const [pace, atMs] =
      this.#pausedMs === undefined
        ? [this.#pace, Math.max(0, nowMs - this.#startMs)]
        : [this.#beforePause, this.#pausedMs];
    const { durationMs, stages } = pace;
    const isEndless = durationMs === Number.POSITIVE_INFINITY;
    return [
      {
        name: this.plan.scenario.name,
        executor: this.#search === undefined ? "users" : "find-max",
        stage:
          this.#search !== undefined
            ? this.#search.stageText()
            : stages > 1
              ? `stage ${pace.stageAt(atMs) + 1} of ${stages}`
              : "running",
        share: isEndless ? 0 : Math.min(1, atMs / durationMs),
        timeLeftMs: isEndless ? null : Math.max(0, durationMs - atMs),
        ratePerSecond: this.#pausedMs === undefined ? pace.rateAt(atMs) * shareOf(this.plan) : 0,
        vus: this.metrics.users.value,
      },
    ];
  }

  pause(nowMs: number): void {
    this.#pausedMs = nowMs - this.#startMs;
    this.#beforePause = this.#pace;
    this.#goOnAt(this.#pace.pausedAt(this.#pausedMs));
  }

  resume(nowMs: number): void {
    if (this.#pausedMs === undefined) return;
    if (this.#search !== undefined) {
      // Its step has seen too little: it begins again.
      this.#pausedMs = undefined;
      this.#search.begin(nowMs);
      return this.#hold(this.#search.ratePerSecond, nowMs);
    }
    const pace = this.#beforePause.pausedBetween(this.#pausedMs, nowMs - this.#startMs);
    this.#pausedMs = undefined;
    this.#goOnAt(pace);
  }

  /** A search alone says how fast. */
  scale(factor: number, nowMs: number): void {
    if (this.#search !== undefined) return;
    if (this.#pausedMs !== undefined) {
      this.#beforePause = this.#beforePause.scaledAt(this.#pausedMs, factor);
      return;
    }
    this.#goOnAt(this.#pace.scaledAt(nowMs - this.#startMs, factor));
  }

  skipOverdue(nowMs: number): void {
    this.metrics.iterationsDropped(FIRST_USER, this.#schedule.skipOverdue(nowMs));
  }

  results(): readonly PartResult[] {
    if (this.#search === undefined) return [];
    const { iterations, droppedIterations } = this.metrics;
    const { scenario, segment = wholeRun } = this.plan;
    const { name } = scenario;
    const counts = { iterations, failed: 0, interrupted: 0, dropped: droppedIterations };
    return [
      { name, executor: "find-max", vusMax: ownCount(this.#users, segment), ...counts, findMax: this.#search.result() },
    ];
  }

  /** From now on this rate, for as long as nobody says otherwise. */
  #hold(ratePerSecond: number, nowMs: number): void {
    this.#goOnAt(this.#pace.heldAt(nowMs - this.#startMs, ratePerSecond));
  }

  #look(): void {
    const nowMs = this.now();
    if (this.#pausedMs !== undefined) return this.timers.set(this.#searchTimer, nowMs + SEARCH_INTERVAL_MS);
    this.timers.set(this.#searchTimer, nowMs + SEARCH_INTERVAL_MS);
    if (this.#search?.advance(nowMs, true) && !this.#search.isDone) this.#hold(this.#search.ratePerSecond, nowMs);
  }

  get #searchTimer(): number {
    return this.#users + PULSES_MAX;
  }

  #goOnAt(pace: Pace): void {
    this.#pace = pace;
    this.#schedule.goOnAt(pace);
    this.#armAll();
  }

  #armAll(): void {
    const nowMs = this.now();
    for (const user of this.#schedule.own()) this.#armUser(user, nowMs);
  }

  #catchUp(user: number): void {
    const nowMs = this.now();
    this.#schedule.catchUp(user, nowMs, this.#act);
    this.#armUser(user, nowMs);
  }

  readonly #act = (user: number, intendedMs: number, act: number): boolean => {
    this.messenger.intendedMs = intendedMs;
    this.#random.at(user, act);
    const outcome = this.plan.scenario.act(this.messenger, user);
    if (outcome === false) return false;
    if (outcome === true) this.metrics.iterationDone(user);
    return true;
  };

  #armUser(user: number, nowMs: number): void {
    const isBlocked = this.#schedule.isBlocked(user);
    // Each ack comes by here: it is asked again in time by the timer that is set.
    if (isBlocked && (this.#retryMs[user] as number) > nowMs) return;
    const nextMs = this.#schedule.nextMs(user);
    const isRetried = isBlocked && nextMs !== undefined;
    this.#retryMs[user] = isRetried ? nowMs + RETRY_MS : 0;
    if (nextMs === undefined) return this.timers.clear(user);
    this.timers.set(user, isRetried ? nowMs + RETRY_MS : nextMs);
  }

  #pulse(timer: number, pulse: Pulse, dueMs: number): void {
    const { firstMs, intervalMs } = pulse;
    this.timers.set(timer, dueMs + intervalMs);
    if (this.#pausedMs !== undefined) return;
    const done = this.#pulsesDone.get(pulse) ?? 0;
    this.#pulsesDone.set(pulse, done + 1);
    this.messenger.intendedMs = dueMs;
    this.#random.at(this.#users + this.#pulses.indexOf(pulse), done);
    pulse.happen(this.messenger, firstMs + done * intervalMs);
  }
}

/** Of the plan's acts, how many its segment has: 1 = all. */
export function shareOf({ accounts, segment = wholeRun }: LoadPlan): number {
  return ownCount(accounts.length, segment) / accounts.length;
}
