import { type ConversationRows, GROUP, type OwnSession } from "./conversation-rows.js";
import type { LiveState } from "./live-state.js";
import type { SqlDatabase } from "./sql-database.js";

/** The longest that storing a batch of messages may take, and that clocks may differ, without a pull missing one. */
const WINDOW_S = 5;
/** Never back: a time that was raised, here or elsewhere, stays. */
const RAISED = "status = 0, updated = CASE WHEN updated > ? THEN updated ELSE ? END";

interface Parts {
  readonly db: SqlDatabase;
  readonly live: LiveState;
  readonly rows: ConversationRows;
  readonly nowSeconds: () => number;
}

interface Listed {
  readonly updated: number;
}

/**
 * PUL-09 for recent sessions, among all processes of a store. A client asks for what is newer than the newest time that it
 * was handed, and times are whole seconds. So a time that may still be given to a change is announced in the store before
 * the list is read, and whoever stored messages looks afterwards who was handed which time: either the list has the
 * change, or the change sees the announcement and gets a later time, ahead of the clock if need be.
 */
export class HandedOutTimes {
  constructor(private readonly parts: Parts) {}

  /** What `read` lists, newest first, in such a way that what follows has a time after the newest one. */
  async announced<T extends Listed>(userId: number, since: number, read: () => Promise<T[]>): Promise<T[]> {
    const now = this.parts.nowSeconds();
    const found = await read();
    // With nothing newer the client keeps the time it asked with. A stranger's time in the future must not push ours there.
    const newest = found[0]?.updated ?? Math.min(since, now);
    if (newest < now - WINDOW_S) return found;
    const announced = Math.max(newest, now);
    await this.parts.live.handOut(userId, announced, now);
    // A change that came after the announcement has a later time, with which the next list has it again.
    return (await read()).map((one) => (one.updated > announced ? { ...one, updated: announced } : one));
  }

  /** Raises the sessions of messages that were stored at that time; before their acks. */
  async raise(sessions: readonly OwnSession[], groupIds: readonly number[], storedAt: number): Promise<void> {
    const handedOut = await this.parts.live.handedOut(storedAt);
    if (handedOut.size === 0) return;
    const touched = sessions.filter(({ userId }) => handedOut.has(userId));
    const ofGroups = await this.#members(groupIds, handedOut);
    const all = [...touched, ...ofGroups];
    const ids = await this.parts.rows.makeSessions(all, storedAt);
    const byTime = new Map<number, number[]>();
    for (const [index, { userId }] of all.entries()) {
      const time = (handedOut.get(userId) ?? 0) + 1;
      const known = byTime.get(time) ?? [];
      known.push(ids[index] as number);
      byTime.set(time, known);
    }
    for (const [time, some] of byTime) {
      some.sort((a, b) => a - b);
      await this.parts.db.updateByIds("IMRecentSession", RAISED, [time, time], some);
    }
  }

  async #members(groupIds: readonly number[], handedOut: ReadonlyMap<number, number>): Promise<OwnSession[]> {
    if (groupIds.length === 0) return [];
    const members = await this.parts.live.members(this.parts.db, groupIds);
    return [...members].flatMap(([id, userIds]) =>
      userIds.filter((userId) => handedOut.has(userId)).map((userId) => ({ userId, kind: GROUP, id })),
    );
  }
}
