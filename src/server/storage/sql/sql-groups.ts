import {
  BACK_OFFICE,
  type GroupRecord,
  type GroupStorage,
  type GroupVersion,
  type MemberChange,
  type MemberChangeResult,
  type NewGroup,
} from "../storage.js";
import { fits, storageLimits } from "../storage-limits.js";
import { GROUP } from "./conversation-rows.js";
import type { LiveState } from "./live-state.js";
import type { SqlAccounts } from "./sql-accounts.js";
import type { SqlDatabase, SqlSession, SqlValue } from "./sql-database.js";
import { textOf } from "./sql-text.js";

const NORMAL_GROUP = 1;
const TEMPORARY_GROUP = 2;

type GroupRow = Readonly<Record<"id" | "name" | "avatar" | "creator" | "type" | "version", SqlValue>>;

const groupColumns = "id, name, avatar, creator, type, version";
const memberColumns = ["groupId", "userId", "status", "created", "updated"];

export class SqlGroups implements GroupStorage {
  constructor(
    private readonly db: SqlDatabase,
    private readonly live: LiveState,
    private readonly accounts: SqlAccounts,
    private readonly nowSeconds: () => number,
  ) {}

  normalOf(userId: number): Promise<GroupVersion[]> {
    return this.db
      .all<GroupVersion>(
        `SELECT DISTINCT g.id, g.version, g.updated FROM IMGroupMember m JOIN IMGroup g ON g.id = m.groupId
       WHERE m.userId = ? AND m.status = 0 AND g.status = 0 AND g.type = ${NORMAL_GROUP}
       ORDER BY g.updated DESC, g.id DESC`,
        [userId],
      )
      .then((rows) => rows.map(({ id, version }) => ({ id, version })));
  }

  async infos(forUserId: number, asked: readonly GroupVersion[]): Promise<GroupRecord[]> {
    const oldest = new Map<number, number>();
    for (const { id, version } of asked) oldest.set(id, Math.min(version, oldest.get(id) ?? version));
    const rows = await this.db.allForEach<GroupRow>(
      `SELECT ${groupColumns} FROM IMGroup WHERE id = ? AND status = 0 AND version > ?`,
      [...oldest],
    );
    const members = await this.live.members(
      this.db,
      rows.map(({ id }) => Number(id)),
    );
    const records = rows.map((row) => recordOf(row, members.get(Number(row.id)) ?? []));
    const shields = await Promise.all(records.map(({ id }) => this.live.shields(id, [forUserId])));
    return records
      .map((record, index) => ({ ...record, shield: shields[index]?.get(forUserId) ?? 0 }))
      .filter((record) => record.members.length > 0);
  }

  async create(group: NewGroup): Promise<GroupRecord | undefined> {
    const members = await this.#existing(group.members);
    if (group.name === "" || members.length === 0 || members.length > storageLimits.groupMembers) return undefined;
    if (!fits(group.name, storageLimits.groupNameChars) || !fits(group.avatar, storageLimits.groupAvatarChars))
      return undefined;
    const now = this.nowSeconds();
    const { name, avatar, creatorId, kind } = group;
    const id = await this.db.transaction(async (session) => {
      const { insertedId } = await session.run(
        `INSERT INTO IMGroup (name, avatar, creator, type, userCnt, status, version, lastChated, created, updated)
         VALUES (?, ?, ?, ?, ?, 0, 1, 0, ?, ?)`,
        [name, avatar, creatorId, kind, members.length, now, now],
      );
      const rows = members.map((userId) => [insertedId, userId, 0, now, now]);
      await session.insertRows("IMGroupMember", memberColumns, rows);
      await this.live.groupMade(session, insertedId, members, now);
      return insertedId;
    });
    return { id, version: 1, name, avatar, creatorId, kind, members, shield: 0 };
  }

  async changeMembers(change: MemberChange): Promise<MemberChangeResult | undefined> {
    const userIds = await this.#existing(change.userIds);
    return this.db.transaction((session) => this.#change(session, { ...change, userIds }));
  }

  async setShield(userId: number, groupId: number, status: number): Promise<boolean> {
    const [joined] = await this.live.joinTimes(this.db, [[groupId, userId]]);
    if (joined === undefined) return false;
    await this.live.setShield(groupId, userId, status);
    return true;
  }

  /** Asked for every message to a group when there is a push_server, about nearly all of its members. */
  async shields(groupId: number, userIds: readonly number[]): Promise<{ userId: number; status: number }[]> {
    const all = new Set((await this.live.members(this.db, [groupId])).get(groupId));
    const members = [...new Set(userIds)].filter((userId) => all.has(userId));
    const set = await this.live.shields(groupId, members);
    return members.map((userId) => ({ userId, status: set.get(userId) ?? 0 }));
  }

  /** Whoever changes a group holds its row, so that changes come one after the other (GRP-05). */
  async #change(session: SqlSession, change: MemberChange): Promise<MemberChangeResult | undefined> {
    const { groupId, byId, userIds } = change;
    const select = `SELECT ${groupColumns} FROM IMGroup WHERE id = ? AND status = 0${this.db.forUpdate}`;
    const [row] = await session.all<GroupRow>(select, [groupId]);
    if (row === undefined) return undefined;
    const before = new Set((await this.live.members(session, [groupId])).get(groupId));
    if (!mayChange(recordOf(row, [...before]), byId, change.change)) return undefined;
    const isAdding = change.change === "add";
    const changed = userIds.filter((userId) => before.has(userId) !== isAdding);
    if (changed.length === 0 || (isAdding && before.size + changed.length > storageLimits.groupMembers))
      return undefined;
    const gone = new Set(isAdding ? [] : changed);
    const current = [...before, ...(isAdding ? changed : [])].filter((userId) => !gone.has(userId));
    current.sort((a, b) => a - b);
    const now = this.nowSeconds();
    await session.run("UPDATE IMGroup SET version = version + 1, updated = ?, userCnt = ? WHERE id = ?", [
      now,
      current.length,
      groupId,
    ]);
    if (isAdding) await this.#add(session, groupId, changed, now);
    else await this.#remove(session, groupId, changed, now);
    return { changed, current };
  }

  async #add(session: SqlSession, groupId: number, userIds: readonly number[], now: number): Promise<void> {
    const old = await this.#memberRows(session, groupId, userIds);
    await session.updateByIds("IMGroupMember", "status = 0, updated = ?", [now], [...old.values()]);
    const rows = userIds.filter((userId) => !old.has(userId)).map((userId) => [groupId, userId, 0, now, now]);
    await session.insertRows("IMGroupMember", memberColumns, rows);
    await this.live.readGroup(session, groupId, userIds);
    await this.live.joined(session, groupId, userIds, now);
  }

  /** GRP-04: the session and the unread count go with the membership. */
  async #remove(session: SqlSession, groupId: number, userIds: readonly number[], now: number): Promise<void> {
    const rows = await this.#memberRows(session, groupId, userIds);
    await session.updateByIds("IMGroupMember", "status = 1, updated = ?", [now], [...rows.values()]);
    const sessions = await session.allForEach<{ id: number }>(
      `SELECT id FROM IMRecentSession WHERE userId = ? AND peerId = ? AND type = ${GROUP} AND status = 0`,
      userIds.map((userId) => [userId, groupId]),
    );
    const ids = sessions.map(({ id }) => id);
    await session.updateByIds("IMRecentSession", "status = 1, updated = ?", [now], ids);
    await this.live.readGroup(session, groupId, userIds);
    await this.live.left(session, groupId, userIds);
  }

  /** By user, the row that membership is written in. */
  async #memberRows(session: SqlSession, groupId: number, userIds: readonly number[]): Promise<Map<number, number>> {
    const rows = await session.allForEach<{ id: number; userId: number }>(
      "SELECT id, userId FROM IMGroupMember WHERE groupId = ? AND userId = ?",
      userIds.map((userId) => [groupId, userId]),
    );
    return new Map(rows.map(({ id, userId }) => [userId, id]));
  }

  async #existing(userIds: readonly number[]): Promise<number[]> {
    const known = await this.accounts.existing(userIds);
    return [...new Set(userIds)].filter((userId) => known.has(userId));
  }
}

function recordOf(row: GroupRow, members: readonly number[]): GroupRecord {
  return {
    id: Number(row.id),
    version: Number(row.version),
    name: textOf(row.name),
    avatar: textOf(row.avatar),
    creatorId: Number(row.creator),
    kind: Number(row.type) === NORMAL_GROUP ? NORMAL_GROUP : TEMPORARY_GROUP,
    members,
    shield: 0,
  };
}

/** GRP-03, GRP-04, HMS-02. */
function mayChange({ creatorId, kind, members }: GroupRecord, byId: number, change: MemberChange["change"]): boolean {
  if (byId === creatorId || byId === BACK_OFFICE) return true;
  return change === "add" && kind === TEMPORARY_GROUP && members.includes(byId);
}
