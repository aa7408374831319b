/** What a user was handed in the current second, or ahead of it. */
interface HandedOut {
  /** The newest time handed out. */
  time: number;
  pulledAt: number;
  /** Sessions of groups: the time that each last message was given. */
  readonly groups: Map<number, { readonly lastId: number; readonly time: number }>;
}

/** Users remembered before those of past seconds are forgotten. */
const SWEEP_ABOVE = 10_000;

/**
 * PUL-09 for recent sessions: see MonotonicStamp. A time handed out matters only until the clock has passed it, so only
 * users who pulled just now are remembered. Other processes on the same store do not know of them: there a session that
 * changes in the very second of a pull elsewhere shows with its next change.
 */
export class HandedOutTimes {
  readonly #byUser = new Map<number, HandedOut>();

  /** The time of a change now. */
  next(userId: number, now: number): number {
    return Math.max(now, (this.#current(userId, now)?.time ?? 0) + 1);
  }

  /** Since when a group's messages may be news although their time was handed out. */
  since(userId: number, now: number): number {
    return this.#current(userId, now)?.pulledAt ?? now;
  }

  /** The time of a group's session with that last message, written at `written`: the same until there is a newer message. */
  groupTime(userId: number, group: { id: number; lastId: number; written: number }, now: number): number {
    const current = this.#current(userId, now);
    const known = current?.groups.get(group.id);
    if (known?.lastId === group.lastId) return Math.max(known.time, group.written);
    const isNews = current !== undefined && group.written >= current.pulledAt;
    return isNews ? Math.max(group.written, current.time + 1) : group.written;
  }

  handedOut(userId: number, time: number, groups: Iterable<[id: number, lastId: number, time: number]>, now: number) {
    if (this.#byUser.size > SWEEP_ABOVE) this.#forgetThePast(now);
    const current = this.#current(userId, now) ?? { time: 0, pulledAt: now, groups: new Map() };
    current.time = Math.max(current.time, time);
    for (const [id, lastId, given] of groups) current.groups.set(id, { lastId, time: given });
    if (current.time >= now) this.#byUser.set(userId, current);
  }

  #current(userId: number, now: number): HandedOut | undefined {
    const known = this.#byUser.get(userId);
    if (known === undefined || known.time >= now) return known;
    this.#byUser.delete(userId);
    return undefined;
  }

  #forgetThePast(now: number): void {
    for (const [userId, { time }] of this.#byUser) if (time < now) this.#byUser.delete(userId);
  }
}
