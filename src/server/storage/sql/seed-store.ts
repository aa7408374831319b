import type { Seeded, SeedOptions } from "../opened-store.js";
import type { SeedData, SeedUser } from "../seed-data.js";
import type { LiveState } from "./live-state.js";
import type { SqlDatabase, SqlSession, SqlValue, SqlValues } from "./sql-database.js";
import { textOf } from "./sql-text.js";

const ROWS_AT_ONCE = 1_000;
const nothing: Seeded = { users: 0, departments: 0, groups: 0 };

export async function userCount(db: Pick<SqlDatabase, "all">): Promise<number> {
  const [row] = await db.all<{ users: number }>("SELECT COUNT(*) AS users FROM IMUser");
  return Number(row?.users ?? 0);
}

/** Ids count on from the highest there is; in an empty store they are those of the seed. */
export async function seedStore(
  db: SqlDatabase,
  live: LiveState,
  seed: SeedData,
  now: number,
  { onlyIfEmpty = false, onUsers = () => {} }: SeedOptions = {},
): Promise<Seeded> {
  const seeded = await db.alone(
    "seed",
    async (session) => {
      if (onlyIfEmpty && (await userCount(session)) > 0) return nothing;
      return new Seeding(session, live, now).write(seed, onUsers);
    },
    { takesLong: true },
  );
  if (seeded.users > 0) await live.userChanged(now);
  return seeded;
}

/** The ids that the entries of one list have in the store, and which of them are new. */
interface Placed<T> {
  readonly idOf: ReadonlyMap<number, number>;
  readonly added: readonly (readonly [id: number, entry: T])[];
}

class Seeding {
  constructor(
    private readonly session: SqlSession,
    private readonly live: LiveState,
    private readonly now: number,
  ) {}

  async write(seed: SeedData, onUsers: (written: number) => void): Promise<Seeded> {
    const departments = await this.#place("IMDepart", "departName", seed.departments);
    await this.#writeDepartments(departments);
    const users = await this.#place("IMUser", "name", seed.users);
    await this.#writeUsers(users, departments, onUsers);
    const listed = seed.groups.map((group, index) => ({ ...group, id: index + 1 }));
    const groups = await this.#place("IMGroup", "name", listed);
    for (const [id, group] of groups.added) {
      const members = group.members.map((userId) => users.idOf.get(userId) ?? 0);
      await this.#writeGroup(id, { ...group, members, creatorId: users.idOf.get(group.creatorId) ?? 0 });
    }
    return { users: users.added.length, departments: departments.added.length, groups: groups.added.length };
  }

  async #place<T extends { readonly id: number; readonly name: string }>(
    table: string,
    nameColumn: string,
    entries: readonly T[],
  ): Promise<Placed<T>> {
    const rows = await this.session.all<{ id: number; name: SqlValue }>(
      `SELECT id, ${nameColumn} AS name FROM ${table}`,
    );
    const known = new Map(rows.map(({ id, name }) => [textOf(name), id]));
    let highest = rows.reduce((most, { id }) => Math.max(most, id), 0);
    const idOf = new Map<number, number>();
    const added: [number, T][] = [];
    for (const entry of entries) {
      const there = known.get(entry.name);
      if (there === undefined) added.push([++highest, entry]);
      idOf.set(entry.id, there ?? highest);
    }
    return { idOf, added };
  }

  async #writeDepartments({ added, idOf }: Placed<SeedData["departments"][number]>): Promise<void> {
    await this.session.insertRows(
      "IMDepart",
      ["id", "departName", "priority", "parentId", "status", "created", "updated"],
      added.map(([id, { name, priority, parentId, status }]) => {
        return [id, name, priority, idOf.get(parentId) ?? 0, status, this.now, this.now];
      }),
    );
  }

  async #writeUsers(
    { added }: Placed<SeedUser>,
    departments: Placed<unknown>,
    onUsers: (written: number) => void,
  ): Promise<void> {
    for (let start = 0; start < added.length; start += ROWS_AT_ONCE) {
      const some = added.slice(start, start + ROWS_AT_ONCE);
      const rows = some.map(([id, user]) => userRow(id, departments.idOf.get(user.departmentId) ?? 0, user, this.now));
      await this.session.insertRows("IMUser", userColumns, rows);
      onUsers(start + some.length);
    }
  }

  async #writeGroup(id: number, group: SeedData["groups"][number]): Promise<void> {
    const { name, avatar, creatorId, kind, members } = group;
    await this.session.insertRows(
      "IMGroup",
      ["id", "name", "avatar", "creator", "type", "userCnt", "status", "version", "lastChated", "created", "updated"],
      [[id, name, avatar, creatorId, kind, members.length, 0, 1, 0, this.now, this.now]],
    );
    await this.session.insertRows(
      "IMGroupMember",
      ["groupId", "userId", "status", "created", "updated"],
      members.map((userId) => [id, userId, 0, this.now, this.now]),
    );
    await this.live.groupMade(this.session, id, members, this.now);
  }
}

const userColumns = [
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

function userRow(id: number, departmentId: number, user: SeedUser, now: number): SqlValues {
  const { sex, name, domain, nick, passwordHash, salt, phone, email, avatar, status, signInfo } = user;
  const person = [sex, name, domain, nick, passwordHash, salt, phone, email, avatar];
  return [id, ...person, departmentId, status, now, now, 0, signInfo];
}
