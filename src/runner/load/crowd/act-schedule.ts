import type { Random } from "../../../scenarios/load/random.js";
import type { ThinkTime } from "../../../scenarios/load/think-time.js";
import { isOwn, type Segment, wholeRun } from "../segment.js";
import type { Pace } from "./pace.js";

/** What a user's act, which is its `act`th from 0, came to: `false` when it was not possible yet. */
export type TryAct = (user: number, intendedMs: number, act: number) => boolean;

/**
 * When each user means to act: an open model, fixed by think times alone. A user who cannot act keeps its intended times
 * and catches up later, so nothing that a slow server prevented is left out of the latencies.
 */
export class ActSchedule {
  /** Each user's next act, as the number of acts that the crowd is meant to have done by then. */
  readonly #due: Float64Array;
  /** The same as a time of the pace; Infinity = it is not meant to happen. */
  readonly #dueMs: Float64Array;
  readonly #acts: Uint32Array;
  readonly #blocked: Uint8Array;
  readonly #randoms: readonly (Random | undefined)[];
  #startMs = 0;
  #isOver = true;

  constructor(
    private readonly users: number,
    private pace: Pace,
    /** In acts of the crowd; on average as many as there are users. */
    private readonly think: ThinkTime,
    /** A user's own, so that a run's acts follow from its seed however late some of them are. */
    randomOf: (user: number) => Random,
    /** Whose users act here; the others' acts are as if they happened elsewhere. */
    private readonly segment: Segment = wholeRun,
  ) {
    this.#due = new Float64Array(users);
    this.#dueMs = new Float64Array(users);
    this.#blocked = new Uint8Array(users);
    this.#acts = new Uint32Array(users);
    this.#randoms = Array.from({ length: users }, (_, user) => (isOwn(user, segment) ? randomOf(user) : undefined));
  }

  /** Fixes everybody's first act. Users are spread as if they had been acting for long. */
  begin(startMs: number): void {
    this.#startMs = startMs;
    this.#isOver = false;
    for (const user of this.own()) {
      let due = -this.#randomOf(user).next() * this.users;
      while (due < 0) due += this.#think(user);
      this.#setDue(user, due);
    }
  }

  /** The rate is another one from now on; what was meant to happen before stays as it was. */
  goOnAt(pace: Pace): void {
    this.pace = pace;
    for (const user of this.own()) this.#setDue(user, this.#due[user] as number);
  }

  /** When the user is to be asked next; undefined when it has no act left. */
  nextMs(user: number): number | undefined {
    const ms = this.#dueMs[user] as number;
    return this.#isOver || ms === Number.POSITIVE_INFINITY ? undefined : this.#startMs + ms;
  }

  isBlocked(user: number): boolean {
    return this.#blocked[user] === 1;
  }

  /** Does all acts of the user that are due; stops at the first that is not possible. */
  catchUp(user: number, nowMs: number, act: TryAct): void {
    for (;;) {
      const dueMs = this.nextMs(user);
      if (dueMs === undefined || dueMs > nowMs) break;
      if (!act(user, dueMs, this.#acts[user] as number)) {
        this.#blocked[user] = 1;
        return;
      }
      this.#acts[user] = (this.#acts[user] as number) + 1;
      this.#setDue(user, (this.#due[user] as number) + this.#think(user));
    }
    this.#blocked[user] = 0;
  }

  /** Gives up what was meant to happen before `untilMs` and has not; returns how many acts that are. */
  skipOverdue(untilMs: number): number {
    let dropped = 0;
    const end = this.pace.actsAt(untilMs - this.#startMs);
    for (const user of this.own()) {
      let due = this.#due[user] as number;
      let skipped = 0;
      for (; due < end; due += this.#think(user)) skipped++;
      dropped += skipped;
      this.#acts[user] = (this.#acts[user] as number) + skipped;
      this.#setDue(user, due);
      this.#blocked[user] = 0;
    }
    return dropped;
  }

  /** The same for good: nobody acts any more. */
  dropOverdue(untilMs: number): number {
    this.#isOver = true;
    return this.skipOverdue(untilMs);
  }

  /** The users that act here. */
  *own(): Generator<number> {
    for (let user = this.segment.index; user < this.users; user += this.segment.count) yield user;
  }

  #setDue(user: number, due: number): void {
    this.#due[user] = due;
    this.#dueMs[user] = this.pace.msAt(due) ?? Number.POSITIVE_INFINITY;
  }

  #think(user: number): number {
    return this.think(this.#randomOf(user));
  }

  #randomOf(user: number): Random {
    return this.#randoms[user] as Random;
  }
}
