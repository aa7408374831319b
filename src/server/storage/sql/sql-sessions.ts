import type { RecentSession, SessionKey, SessionStorage, StoredMessage, UnreadSession } from "../storage.js";
import { newestOf } from "./as-one-sequence.js";
import { GROUP, PEER } from "./conversation-rows.js";
import type { MessageParts } from "./message-parts.js";

/** PUL-06. */
const RECENT_MAX = 100;

interface PeerRow {
  readonly peerId: number;
  readonly updated: number;
}

interface GroupRow {
  readonly id: number;
  readonly lastChated: number;
  readonly joined: number;
  /** Of the session, if it has a row. */
  readonly updated: number | null;
  readonly status: number | null;
}

/**
 * Sessions with peers are rows that each message brings to the top. Those of groups are worked out for a member who asks,
 * from what the group said last, because a message must not cost more in a larger group; the sender has a row at once,
 * others get one by GroupSessionSweep where somebody else reads the tables (GRP-11).
 */
export class SqlSessions implements SessionStorage {
  constructor(private readonly parts: MessageParts) {}

  async recent(userId: number, since: number): Promise<RecentSession[]> {
    return this.parts.handedOut.announced(userId, since, async () => {
      const [peers, groups] = await Promise.all([this.#recentPeers(userId, since), this.#recentGroups(userId, since)]);
      const found = [...peers, ...groups].sort((a, b) => b.updated - a.updated);
      return found.slice(0, RECENT_MAX);
    });
  }

  async remove(userId: number, session: SessionKey): Promise<boolean> {
    const { db, live } = this.parts;
    const removed = session.kind === PEER ? await this.#hide(userId, session) : await this.#hideGroup(userId, session);
    if (!removed) return false;
    if (session.kind === PEER) await live.clearUnread(db, userId, session.id);
    else await live.readGroup(db, session.id, [userId]);
    return true;
  }

  async unread(userId: number): Promise<UnreadSession[]> {
    const [peers, groups] = await Promise.all([this.#unreadPeers(userId), this.#unreadGroups(userId)]);
    return [...peers, ...groups];
  }

  /** The same as one sum (DBP-03). */
  async totalUnread(userId: number): Promise<number> {
    const [peers, groups] = await Promise.all([this.parts.live.unreadOf(userId), this.#groupCounts(userId)]);
    return [...peers.values(), ...groups.values()].reduce((total, count) => total + count, 0);
  }

  async markRead(userId: number, { kind, id }: SessionKey): Promise<void> {
    const { db, live } = this.parts;
    if (kind === PEER) return live.clearUnread(db, userId, id);
    const [joined] = await live.joinTimes(db, [[id, userId]]);
    if (joined !== undefined) await live.readGroup(db, id, [userId]);
  }

  async #recentPeers(userId: number, since: number): Promise<RecentSession[]> {
    const { db, rows, tables } = this.parts;
    const found = await db.all<PeerRow>(
      `SELECT peerId, MAX(updated) AS updated FROM IMRecentSession
       WHERE userId = ? AND type = ${PEER} AND status = 0 AND updated > ?
       GROUP BY peerId ORDER BY MAX(updated) DESC LIMIT ${RECENT_MAX}`,
      [userId, since],
    );
    const relations = await rows.findRelations(
      userId,
      found.map(({ peerId }) => peerId),
    );
    const last = await tables.last(PEER, relations.flat());
    return found.flatMap(({ peerId, updated }, index) => {
      const message = newestOf(relations[index] ?? [], last);
      return message === undefined ? [] : { kind: PEER, id: peerId, updated, last: message };
    });
  }

  async #recentGroups(userId: number, since: number): Promise<RecentSession[]> {
    const shown = (await this.#groupRows(userId)).filter((row) => row.status !== 1 && timeOf(row) > since);
    const last = await this.#lastVisible(shown);
    return shown.flatMap((row) => {
      const message = last.get(row.id);
      return message === undefined ? [] : { kind: GROUP, id: row.id, updated: timeOf(row), last: message };
    });

    function timeOf({ lastChated, updated }: GroupRow): number {
      return Math.max(lastChated, updated ?? 0);
    }
  }

  #groupRows(userId: number): Promise<GroupRow[]> {
    return this.parts.db.all<GroupRow>(
      `SELECT g.id, MAX(g.lastChated) AS lastChated, MAX(m.updated) AS joined,
       MAX(s.updated) AS updated, MIN(s.status) AS status
       FROM IMGroupMember m JOIN IMGroup g ON g.id = m.groupId
       LEFT JOIN IMRecentSession s ON s.userId = m.userId AND s.peerId = m.groupId AND s.type = ${GROUP}
       WHERE m.userId = ? AND m.status = 0 AND g.status = 0 GROUP BY g.id`,
      [userId],
    );
  }

  /** MSG-16: a group's last message is no session of who joined after it. */
  async #lastVisible(groups: readonly GroupRow[]): Promise<Map<number, StoredMessage>> {
    const last = await this.parts.tables.last(
      GROUP,
      groups.map(({ id }) => id),
    );
    for (const { id, joined } of groups) if ((last.get(id)?.created ?? 0) < joined) last.delete(id);
    return last;
  }

  async #hide(userId: number, { kind, id }: SessionKey): Promise<boolean> {
    const { affected } = await this.parts.db.run(
      "UPDATE IMRecentSession SET status = 1, updated = ? WHERE userId = ? AND peerId = ? AND type = ? AND status = 0",
      [this.parts.nowSeconds(), userId, id, kind],
    );
    return affected > 0;
  }

  async #hideGroup(userId: number, session: SessionKey): Promise<boolean> {
    const row = (await this.#groupRows(userId)).find(({ id }) => id === session.id);
    if (row === undefined || row.status === 1) return false;
    if (!(await this.#lastVisible([row])).has(row.id)) return false;
    // The row that keeps it hidden.
    if (row.status === null) await this.parts.rows.makeSessions([{ ...session, userId }], this.parts.nowSeconds());
    return this.#hide(userId, session);
  }

  async #unreadPeers(userId: number): Promise<UnreadSession[]> {
    const { live, rows, tables } = this.parts;
    const counts = [...(await live.unreadOf(userId))];
    const relations = await rows.findRelations(
      userId,
      counts.map(([peerId]) => peerId),
    );
    const last = await tables.last(PEER, relations.flat());
    return counts.flatMap(([id, count], index) => {
      const message = newestOf(relations[index] ?? [], last);
      return message === undefined ? [] : { kind: PEER, id, count, last: message };
    });
  }

  async #unreadGroups(userId: number): Promise<UnreadSession[]> {
    const counts = [...(await this.#groupCounts(userId))];
    const last = await this.parts.tables.last(
      GROUP,
      counts.map(([id]) => id),
    );
    return counts.flatMap(([id, count]) => {
      const message = last.get(id);
      return message === undefined ? [] : { kind: GROUP, id, count, last: message };
    });
  }

  async #groupCounts(userId: number): Promise<Map<number, number>> {
    const groups = await this.parts.db.all<{ groupId: number }>(
      "SELECT DISTINCT groupId FROM IMGroupMember WHERE userId = ? AND status = 0",
      [userId],
    );
    return this.parts.live.groupUnreadOf(
      userId,
      groups.map(({ groupId }) => groupId),
    );
  }
}
