import { ActSchedule } from "./act-schedule.js";
import type { LoadMetrics } from "./load-metrics.js";
import type { LoadPlan } from "./load-plan.js";
import type { Messenger } from "./messenger.js";
import { constantPace, type Pace, stagedPace } from "./pace.js";
import type { PartProgress, Timers, Workload } from "./workload.js";

/** How soon a user that cannot act is asked again when no ack has come for it. */
const RETRY_MS = 50;
/** The first pulse comes after this part of its interval. */
const PULSES_BEGIN_AFTER = 4;
const FIRST_USER = 0;

/** The pace of a plan's built-in scenario. */
export function paceOf({ actsPerSecond, durationMs, stages }: LoadPlan): Pace {
  return stages.length > 0 ? stagedPace(actsPerSecond, stages) : constantPace(actsPerSecond, durationMs);
}

/** A built-in scenario: users are rows who act by think times. One timer for each user, then one for the pulse. */
export class CrowdWorkload implements Workload {
  readonly #users: number;
  readonly #schedule: ActSchedule;
  #pace: Pace;
  #startMs = 0;
  #pausedMs: number | undefined;
  #beforePause: Pace;

  constructor(
    private readonly plan: LoadPlan,
    private readonly messenger: Messenger,
    private readonly metrics: LoadMetrics,
    private readonly timers: Timers,
    private readonly now: () => number,
  ) {
    this.#users = messenger.users;
    this.#pace = paceOf(plan);
    this.#beforePause = this.#pace;
    this.#schedule = new ActSchedule(this.#users, this.#pace, plan.thinkTime(this.#users), (user) =>
      plan.random((plan.seed + user + 1) >>> 0),
    );
  }

  /** Timers that it needs. */
  static timersFor(users: number): number {
    return users + 1;
  }

  begin(nowMs: number): void {
    this.#startMs = nowMs;
    this.#schedule.begin(nowMs);
    const { pulse } = this.plan.scenario;
    if (pulse !== undefined) this.timers.set(this.#pulseTimer, nowMs + pulse.intervalMs / PULSES_BEGIN_AFTER);
    this.#armAll();
  }

  isOver(nowMs: number): boolean {
    return nowMs >= this.#startMs + this.#pace.durationMs;
  }

  end(nowMs: number): void {
    this.timers.clear(this.#pulseTimer);
    const endMs = Math.min(nowMs, this.#startMs + this.#pace.durationMs);
    this.metrics.iterationsDropped(FIRST_USER, this.#schedule.dropOverdue(endMs));
  }

  timerDue(timer: number, dueMs: number): void {
    if (timer === this.#pulseTimer) return this.#pulse(dueMs);
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
    const atMs = Math.max(0, nowMs - this.#startMs);
    const { durationMs, stages } = this.#pace;
    const isEndless = durationMs === Number.POSITIVE_INFINITY;
    return [
      {
        name: this.plan.scenario.name,
        executor: "users",
        stage: stages > 1 ? `stage ${this.#pace.stageAt(atMs) + 1} of ${stages}` : "running",
        share: isEndless ? 0 : Math.min(1, atMs / durationMs),
        timeLeftMs: isEndless ? null : Math.max(0, durationMs - atMs),
        ratePerSecond: this.#pace.rateAt(atMs),
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
    const pace = this.#beforePause.pausedBetween(this.#pausedMs, nowMs - this.#startMs);
    this.#pausedMs = undefined;
    this.#goOnAt(pace);
  }

  scale(factor: number, nowMs: number): void {
    if (this.#pausedMs !== undefined) {
      this.#beforePause = this.#beforePause.scaledAt(this.#pausedMs, factor);
      return;
    }
    this.#goOnAt(this.#pace.scaledAt(nowMs - this.#startMs, factor));
  }

  /** From now on this rate, for as long as nobody says otherwise. */
  hold(ratePerSecond: number, nowMs: number): void {
    this.#goOnAt(this.#pace.heldAt(nowMs - this.#startMs, ratePerSecond));
  }

  get #pulseTimer(): number {
    return this.#users;
  }

  #goOnAt(pace: Pace): void {
    this.#pace = pace;
    this.#schedule.goOnAt(pace);
    this.#armAll();
  }

  #armAll(): void {
    for (let user = 0; user < this.#users; user++) this.#armUser(user);
  }

  #catchUp(user: number): void {
    this.#schedule.catchUp(user, this.now(), this.#act);
    this.#armUser(user);
  }

  readonly #act = (user: number, intendedMs: number): boolean => {
    this.messenger.intendedMs = intendedMs;
    if (!this.plan.scenario.act(this.messenger, user)) return false;
    this.metrics.iterationDone(user);
    return true;
  };

  #armUser(user: number): void {
    const nextMs = this.#schedule.nextMs(user);
    if (nextMs === undefined) return this.timers.clear(user);
    this.timers.set(user, this.#schedule.isBlocked(user) ? this.now() + RETRY_MS : nextMs);
  }

  #pulse(dueMs: number): void {
    const { pulse } = this.plan.scenario;
    if (pulse === undefined) return;
    this.timers.set(this.#pulseTimer, dueMs + pulse.intervalMs);
    if (this.#pausedMs === undefined) pulse.happen(this.messenger);
  }
}
