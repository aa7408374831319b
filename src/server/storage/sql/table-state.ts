import { FAILURE_WINDOW_MS, FAILURES_MAX } from "../login-guard.js";
import type { SessionKind } from "../storage.js";
import { GROUP, PEER } from "./conversation-rows.js";
import type { Device, GroupTalk, IdsWanted, LiveState, SequenceKey, UnreadRaise } from "./live-state.js";
import type { SqlDatabase, SqlSession, SqlUpsert } from "./sql-database.js";
import { type SqlText, textOf } from "./sql-text.js";

const messageCounter: SqlUpsert = {
  table: "ttk_message_counter",
  columns: ["kind", "id", "last"],
  key: ["kind", "id"],
  merge: "add",
};
const unread: SqlUpsert = {
  table: "ttk_unread",
  columns: ["userId", "peerId", "count"],
  key: ["userId", "peerId"],
  merge: "add",
};
const groupRead: SqlUpsert = {
  table: "ttk_group_read",
  columns: ["userId", "groupId", "upTo"],
  key: ["userId", "groupId"],
  merge: "set",
};
const handedOut: SqlUpsert = {
  table: "ttk_handed_out",
  columns: ["userId", "time"],
  key: ["userId"],
  merge: "raise",
};
const groupShield: SqlUpsert = {
  table: "ttk_group_shield",
  columns: ["groupId", "userId", "status"],
  key: ["groupId", "userId"],
  merge: "set",
};
const device: SqlUpsert = {
  table: "ttk_device",
  columns: ["userId", "clientType", "token"],
  key: ["userId"],
  merge: "set",
};

/** In tables beside those of the deployment. A group's messages are counted by their ids, so what is read is an id, too. */
export class TableState implements LiveState {
  readonly isTransactional = true;

  constructor(private readonly db: SqlDatabase) {}

  async takeIds(session: SqlSession, wanted: readonly IdsWanted[]): Promise<number[]> {
    const rows = wanted.map(({ kind, id, count }) => [kind, id, count]);
    const counters = await session.upsertedRows<SequenceKey & { readonly last: number }>(messageCounter, rows);
    const last = new Map<SessionKind, Map<number, number>>([
      [PEER, new Map()],
      [GROUP, new Map()],
    ]);
    for (const counter of counters) last.get(counter.kind)?.set(counter.id, counter.last);
    return wanted.map(({ kind, id, count }) => (last.get(kind)?.get(id) ?? Number.NaN) - count + 1);
  }

  async raiseLastId({ kind, id }: SequenceKey, lastId: number): Promise<void> {
    await this.db.upsertRows({ ...messageCounter, merge: "raise" }, [[kind, id, lastId]]);
  }

  /** Numbers of rows and counters come and go together. */
  async startSequences(): Promise<void> {}

  async raiseUnread(session: SqlSession, raises: readonly UnreadRaise[]): Promise<void> {
    await session.upsertRows(
      unread,
      raises.map(({ userId, peerId, by }) => [userId, peerId, by]),
    );
  }

  async clearUnread(session: SqlSession, userId: number, peerId: number): Promise<void> {
    await session.run("UPDATE ttk_unread SET count = 0 WHERE userId = ? AND peerId = ? AND count > 0", [
      userId,
      peerId,
    ]);
  }

  async unreadOf(userId: number): Promise<Map<number, number>> {
    const rows = await this.db.all<{ peerId: number; count: number }>(
      "SELECT peerId, count FROM ttk_unread WHERE userId = ? AND count > 0",
      [userId],
    );
    return new Map(rows.map(({ peerId, count }) => [peerId, count]));
  }

  async groupsTalked(session: SqlSession, talks: readonly GroupTalk[]): Promise<void> {
    const rows = talks.flatMap(({ groupId, senders }) => [...senders].map(([userId, upTo]) => [userId, groupId, upTo]));
    await session.upsertRows(groupRead, rows);
  }

  async readGroup(session: SqlSession, groupId: number, userIds: readonly number[]): Promise<void> {
    const last = "SELECT last FROM ttk_message_counter WHERE kind = ? AND id = ?";
    const [counter] = await session.all<{ last: number }>(last, [GROUP, groupId]);
    const upTo = counter?.last ?? 0;
    if (upTo === 0) return;
    await session.upsertRows(
      groupRead,
      userIds.map((userId) => [userId, groupId, upTo]),
    );
  }

  async groupUnreadOf(userId: number, groupIds: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.db.allForEach<{ id: number; unread: number }>(
      `SELECT c.id, c.last - COALESCE(r.upTo, 0) AS unread FROM ttk_message_counter c
       LEFT JOIN ttk_group_read r ON r.groupId = c.id AND r.userId = ?
       WHERE c.kind = ${GROUP} AND c.id = ? AND c.last > COALESCE(r.upTo, 0)`,
      groupIds.map((groupId) => [userId, groupId]),
    );
    return new Map(rows.map(({ id, unread }) => [id, Number(unread)]));
  }

  async joinTimes(session: SqlSession, asked: readonly (readonly [number, number])[]): Promise<(number | undefined)[]> {
    const rows = await session.allForEach<{ groupId: number; userId: number; updated: number }>(
      "SELECT groupId, userId, updated FROM IMGroupMember WHERE groupId = ? AND userId = ? AND status = 0",
      asked,
    );
    const found = new Map(rows.map(({ groupId, userId, updated }) => [`${groupId}/${userId}`, updated]));
    return asked.map(([groupId, userId]) => found.get(`${groupId}/${userId}`));
  }

  async members(session: SqlSession, groupIds: readonly number[]): Promise<Map<number, number[]>> {
    const rows = await session.allForEach<{ groupId: number; userId: number }>(
      "SELECT groupId, userId FROM IMGroupMember WHERE groupId = ? AND status = 0",
      groupIds.map((groupId) => [groupId]),
    );
    const members = new Map<number, number[]>();
    for (const { groupId, userId } of rows) {
      const known = members.get(groupId);
      if (known === undefined) members.set(groupId, [userId]);
      else known.push(userId);
    }
    for (const userIds of members.values()) userIds.sort((a, b) => a - b);
    return members;
  }

  /** IMGroupMember is all there is. */
  async joined(): Promise<void> {}
  async groupMade(): Promise<void> {}
  async left(): Promise<void> {}

  async handedOut(timeMin: number): Promise<Map<number, number>> {
    const rows = await this.db.all<{ userId: number; time: number }>(
      "SELECT userId, time FROM ttk_handed_out WHERE time >= ?",
      [timeMin],
    );
    return new Map(rows.map(({ userId, time }) => [userId, time]));
  }

  async handOut(userId: number, time: number): Promise<void> {
    await this.db.upsertRows(handedOut, [[userId, time]]);
  }

  async setShield(groupId: number, userId: number, status: number): Promise<void> {
    await this.db.upsertRows(groupShield, [[groupId, userId, status]]);
  }

  async shields(groupId: number, userIds: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.db.all<{ userId: number; status: number }>(
      "SELECT userId, status FROM ttk_group_shield WHERE groupId = ?",
      [groupId],
    );
    const asked = new Set(userIds);
    return new Map(rows.filter(({ userId }) => asked.has(userId)).map(({ userId, status }) => [userId, status]));
  }

  async setDevice(userId: number, set: Device | undefined): Promise<void> {
    if (set === undefined) {
      await this.db.run("DELETE FROM ttk_device WHERE userId = ?", [userId]);
      return;
    }
    const { clientType, token } = set;
    await this.db.transaction(async (session) => {
      // A device that changes hands is no longer the former user's.
      await session.run("DELETE FROM ttk_device WHERE token = ? AND userId <> ?", [token, userId]);
      await session.upsertRows(device, [[userId, clientType, token]]);
    });
  }

  async devices(userIds: readonly number[]): Promise<Map<number, Device>> {
    const rows = await this.db.allForEach<{ userId: number; clientType: number; token: SqlText }>(
      "SELECT userId, clientType, token FROM ttk_device WHERE userId = ?",
      userIds.map((userId) => [userId]),
    );
    return new Map(rows.map(({ userId, clientType, token }) => [userId, { clientType, token: textOf(token) }]));
  }

  async loginFailures(nameHash: string, since: number): Promise<number> {
    const rows = await this.db.all<object>(
      `SELECT failedAt FROM ttk_login_failure WHERE nameHash = ? AND failedAt > ? LIMIT ${FAILURES_MAX}`,
      [nameHash, since],
    );
    return rows.length;
  }

  async loginFailed(nameHash: string, now: number): Promise<void> {
    await this.db.run("INSERT INTO ttk_login_failure (nameHash, failedAt) VALUES (?, ?)", [nameHash, now]);
    await this.db.run("DELETE FROM ttk_login_failure WHERE failedAt <= ?", [now - FAILURE_WINDOW_MS / 1000]);
  }

  async loginSucceeded(nameHash: string): Promise<void> {
    await this.db.run("DELETE FROM ttk_login_failure WHERE nameHash = ?", [nameHash]);
  }

  /** The table tells, by an index. */
  async userChanged(): Promise<void> {}

  async lastUserChange(): Promise<number> {
    const [newest] = await this.db.all<{ updated: number }>("SELECT MAX(updated) AS updated FROM IMUser");
    return Number(newest?.updated ?? 0);
  }

  async close(): Promise<void> {}
}
