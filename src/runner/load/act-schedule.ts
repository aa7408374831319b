import type { Random } from "../../scenarios/load/random.js";
import type { ThinkTime } from "../../scenarios/load/think-time.js";

/** What a user's act came to: `false` when it was not possible yet. */
export type TryAct = (user: number, intendedMs: number) => boolean;

/**
 * When each user means to act: an open model, fixed by think times alone. A user who cannot act keeps its intended times
 * and catches up later, so nothing that a slow server prevented is left out of the latencies.
 */
export class ActSchedule {
  /** When each user's next act is, or was, meant to be. */
  readonly #dueMs: Float64Array;
  readonly #blocked: Uint8Array;
  readonly #randoms: readonly Random[];
  #endMs = 0;

  constructor(
    private readonly users: number,
    private readonly meanMs: number,
    private readonly think: ThinkTime,
    /** A user's own, so that a run's acts follow from its seed however late some of them are. */
    randomOf: (user: number) => Random,
  ) {
    this.#dueMs = new Float64Array(users);
    this.#blocked = new Uint8Array(users);
    this.#randoms = Array.from({ length: users }, (_, user) => randomOf(user));
  }

  /** Fixes everybody's first act. Users are spread as if they had been acting for long. */
  begin(startMs: number, endMs: number): void {
    this.#endMs = endMs;
    // Nobody ever acts.
    if (!Number.isFinite(this.meanMs)) {
      this.#dueMs.fill(Number.POSITIVE_INFINITY);
      return;
    }
    for (let user = 0; user < this.users; user++) {
      let dueMs = startMs - this.#randomOf(user).next() * this.meanMs;
      while (dueMs < startMs) dueMs += this.#think(user);
      this.#dueMs[user] = dueMs;
    }
  }

  /** When the user is to be asked next; undefined when it has no act left. */
  nextMs(user: number): number | undefined {
    const dueMs = this.#dueMs[user] as number;
    return dueMs < this.#endMs ? dueMs : undefined;
  }

  isBlocked(user: number): boolean {
    return this.#blocked[user] === 1;
  }

  /** Does all acts of the user that are due; stops at the first that is not possible. */
  catchUp(user: number, nowMs: number, act: TryAct): void {
    for (;;) {
      const dueMs = this.#dueMs[user] as number;
      if (dueMs > nowMs || dueMs >= this.#endMs) break;
      if (!act(user, dueMs)) {
        this.#blocked[user] = 1;
        return;
      }
      this.#dueMs[user] = dueMs + this.#think(user);
    }
    this.#blocked[user] = 0;
  }

  /** Gives up what was meant to happen before `untilMs` and has not; returns how many acts that are. */
  dropOverdue(untilMs: number): number {
    let dropped = 0;
    const endMs = Math.min(untilMs, this.#endMs);
    for (let user = 0; user < this.users; user++) {
      for (let dueMs = this.#dueMs[user] as number; dueMs < endMs; dueMs += this.#think(user)) dropped++;
      this.#blocked[user] = 0;
    }
    this.#endMs = 0;
    return dropped;
  }

  #think(user: number): number {
    return this.think(this.#randomOf(user));
  }

  #randomOf(user: number): Random {
    return this.#randoms[user] as Random;
  }
}
