import type { SeededIds } from "../opened-store.js";
import type { SeedData } from "../seed-data.js";
import type { LiveState } from "./live-state.js";
import type { SqlDatabase, SqlSession } from "./sql-database.js";

const ROWS_AT_ONCE = 1_000;

export async function userCount(db: SqlDatabase): Promise<number> {
  const [row] = await db.all<{ users: number }>("SELECT COUNT(*) AS users FROM IMUser");
  return Number(row?.users ?? 0);
}

/**
 * Writes a seed behind what the store holds, in one transaction: ids count on from the highest there is, from 1 in an empty
 * store.
 * @param onUsers told how many users are written so far
 */
export async function seedStore(
  db: SqlDatabase,
  live: LiveState,
  seed: SeedData,
  now: number,
  onUsers: (written: number) => void = () => {},
): Promise<SeededIds> {
  const seeded = await db.transaction(async (session) => {
    const department = await highestId(session, "IMDepart");
    const user = await highestId(session, "IMUser");
    const group = await highestId(session, "IMGroup");
    await writeDepartments(session, seed, department, now);
    await writeUsers(session, seed, { user, department }, now, onUsers);
    const groups = await writeGroups(session, seed, { user, group }, now);
    for (const { id, members } of groups) await live.joined(session, id, members, now);
    return { users: seed.users.map(({ id }) => id + user), groups: groups.map(({ id }) => id) };
  });
  await live.userChanged(now);
  return seeded;
}

async function highestId(session: SqlSession, table: string): Promise<number> {
  const [row] = await session.all<{ highest: number | null }>(`SELECT MAX(id) AS highest FROM ${table}`);
  return row?.highest ?? 0;
}

async function writeDepartments(session: SqlSession, { departments }: SeedData, first: number, now: number) {
  await session.insertRows(
    "IMDepart",
    ["id", "departName", "priority", "parentId", "status", "created", "updated"],
    departments.map(({ id, name, priority, parentId, status }) => [
      id + first,
      name,
      priority,
      parentId === 0 ? 0 : parentId + first,
      status,
      now,
      now,
    ]),
  );
}

async function writeUsers(
  session: SqlSession,
  { users }: SeedData,
  first: { readonly user: number; readonly department: number },
  now: number,
  onUsers: (written: number) => void,
): Promise<void> {
  const columns = [
    "id",
    "sex",
    "name",
    "domain",
    "nick",
    "password",
    "salt",
    "phone",
    "email",
    "avatar",
    "departId",
    "status",
    "created",
    "updated",
    "push_shield_status",
    "sign_info",
  ];
  for (let start = 0; start < users.length; start += ROWS_AT_ONCE) {
    const some = users.slice(start, start + ROWS_AT_ONCE);
    await session.insertRows(
      "IMUser",
      columns,
      some.map((user) => [
        user.id + first.user,
        user.sex,
        user.name,
        user.domain,
        user.nick,
        user.passwordHash,
        user.salt,
        user.phone,
        user.email,
        user.avatar,
        user.departmentId === 0 ? 0 : user.departmentId + first.department,
        user.status,
        now,
        now,
        0,
        user.signInfo,
      ]),
    );
    onUsers(start + some.length);
  }
}

async function writeGroups(
  session: SqlSession,
  { groups }: SeedData,
  first: { readonly user: number; readonly group: number },
  now: number,
): Promise<{ id: number; members: number[] }[]> {
  const made = groups.map((group, index) => ({
    ...group,
    id: first.group + index + 1,
    members: group.members.map((userId) => userId + first.user),
  }));
  await session.insertRows(
    "IMGroup",
    ["id", "name", "avatar", "creator", "type", "userCnt", "status", "version", "lastChated", "created", "updated"],
    made.map(({ id, name, avatar, creatorId, kind, members }) => [
      id,
      name,
      avatar,
      creatorId + first.user,
      kind,
      members.length,
      0,
      1,
      0,
      now,
      now,
    ]),
  );
  for (const { id, members } of made) {
    const rows = members.map((userId) => [id, userId, 0, now, now]);
    await session.insertRows("IMGroupMember", ["groupId", "userId", "status", "created", "updated"], rows);
  }
  return made;
}
