import { hash } from "node:crypto";
import { Redis } from "ioredis";
import { createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { MessageTables } from "../../../../src/server/storage/sql/message-tables.js";
import { MysqlDatabase } from "../../../../src/server/storage/sql/mysql-database.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";
import type { SqlDatabase, SqlValues } from "../../../../src/server/storage/sql/sql-database.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { noMysqlOrRedis, TestDatabase, TestKeys } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const NOW = 1_800_000_000;
/** md5 of "secret", as the shipped clients send it. */
const SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69";
const md5 = (text: string) => hash("md5", text, "hex");
const database = new TestDatabase(`ttk_test_rows_${process.pid}`);
const keys = new TestKeys(`ttk-test-rows-${process.pid}`);
let redisUrl = "";
let storage: Storage;

const fixture = `
password: secret
departments: [{ name: Engineering, priority: 3 }, { name: Client, parent: Engineering }]
users:
  - { name: user1, nick: Ann, sex: female, department: Client, phone: "13800000001", email: a@example.com, domain: ann, avatar: a.png, sign_info: hi }
  - { name: "user{2..9}" }
`;

async function open(clock = new FakeClock(NOW)): Promise<Storage> {
  const mysql = parseMysqlUrl(database.url);
  if (mysql === undefined) throw new Error("not a URL");
  const store = await openMysql({ mysql, redis: parseRedisUrl(redisUrl), clock, create: true });
  await store.seed(parseSeedFixture(fixture, "rows.yaml"));
  return store.storage;
}

async function query<Result extends RowDataPacket[] | ResultSetHeader>(sql: string): Promise<Result> {
  const connection = await createConnection({ uri: database.url, charset: "utf8mb4_bin" });
  try {
    return (await connection.query<Result>(sql))[0];
  } finally {
    await connection.end();
  }
}

/** Redis as an original server sees it. */
async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const target = parseRedisUrl(redisUrl);
  const { host = "", prefix = "", numbers } = target ?? {};
  const redis = new Redis({ host, db: numbers?.unread ?? 0, keyPrefix: prefix });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

const say = (fromId: number, to: { kind: 1 | 2; id: number }, content: string) =>
  storage.messages.append({ fromId, to, type: to.kind === 1 ? 1 : 0x11, content: Buffer.from(content), created: NOW });

describe.skipIf(noMysqlOrRedis !== undefined)(
  `rows of a deployment (docs/spec/storage.md)${noMysqlOrRedis === undefined ? "" : `: skipped, ${noMysqlOrRedis}`}`,
  () => {
    beforeAll(() => database.drop());
    beforeEach(async () => {
      redisUrl = keys.nextUrl();
      await (await openOnce()).close();
      await database.empty();
      storage = await open();
    });
    afterEach(() => storage.close());
    afterAll(async () => {
      await database.drop();
      await keys.drop();
    });

    /** Makes the database and its tables. */
    async function openOnce(): Promise<Storage> {
      const mysql = parseMysqlUrl(database.url);
      if (mysql === undefined) throw new Error("not a URL");
      const redis = parseRedisUrl(redisUrl);
      return (await openMysql({ mysql, redis, clock: new FakeClock(NOW), create: true })).storage;
    }

    it("are whole when a message to a user is stored", async () => {
      expect(await say(7, { kind: 1, id: 3 }, "h\u00e9 \u{1f600}")).toBe(1);
      const relations = await query<RowDataPacket[]>("SELECT * FROM IMRelationShip");
      const id = expect.any(Number);
      expect(relations).toEqual([{ id, smallId: 3, bigId: 7, status: 0, created: NOW, updated: NOW }]);
      const relateId = Number(relations[0]?.id);
      expect(await query(`SELECT * FROM IMMessage_${relateId % 8}`)).toEqual([
        {
          id,
          relateId,
          fromId: 7,
          toId: 3,
          msgId: 1,
          content: "h\u00e9 \u{1f600}",
          type: 1,
          status: 0,
          created: NOW,
          updated: NOW,
        },
      ]);
      expect(await query("SELECT * FROM IMRecentSession ORDER BY userId")).toEqual([
        { id, userId: 3, peerId: 7, type: 1, status: 0, created: NOW, updated: NOW },
        { id, userId: 7, peerId: 3, type: 1, status: 0, created: NOW, updated: NOW },
      ]);
    });

    it("with one msgId, as original servers leave them, come the one created last first (MSG-15, PUL-06)", async () => {
      await say(1, { kind: 1, id: 2 }, "of ours");
      const [relation] = await query<RowDataPacket[]>("SELECT id FROM IMRelationShip");
      const relateId = Number(relation?.id);
      const row = (text: string, created: number) =>
        `(${relateId}, 2, 1, 5, '${text}', 1, 0, ${NOW + created}, ${NOW + created})`;
      // Threads that store at the same moment write their rows in any order.
      await query(
        `INSERT INTO IMMessage_${relateId % 8} (relateId, fromId, toId, msgId, content, type, status, created, updated)
         VALUES ${[row("second", 2), row("third", 3), row("first", 1)].join(", ")}`,
      );
      const texts = async (messages: Promise<readonly { content: Buffer }[]>) =>
        (await messages).map(({ content }) => content.toString());
      const session = { kind: 1, id: 2 } as const;
      expect(await texts(storage.messages.history(1, session, 0, 10))).toEqual(["third", "second", "first", "of ours"]);
      expect(await texts(storage.messages.history(1, session, 5, 1))).toEqual(["third"]);
      expect(await texts(storage.messages.byIds(1, session, [5]))).toEqual(["third"]);
      expect((await storage.sessions.recent(1, 0)).map(({ last }) => last.content.toString())).toEqual(["third"]);
    });

    it("of a long history are found by a deployment's indexes, without sorting it", async () => {
      const [relateId, groupId] = [8, 16];
      const rows = Array.from({ length: 2000 }, (_, n) => [n + 1, NOW + n]);
      const insert = (table: string, columns: string, head: string) =>
        query(
          `INSERT INTO ${table} (${columns}, msgId, created, updated, content, type)
           VALUES ${rows.map(([id, time]) => `(${head}, ${id}, ${time}, ${time}, 'x', 1)`).join(", ")}`,
        );
      await insert("IMMessage_0", "relateId, fromId, toId", `${relateId}, 1, 2`);
      await insert("IMGroupMessage_0", "groupId, userId", `${groupId}, 1`);
      await query<RowDataPacket[]>("ANALYZE TABLE IMMessage_0, IMGroupMessage_0");
      const mysql = parseMysqlUrl(database.url);
      if (mysql === undefined) throw new Error("not a URL");
      const db = await MysqlDatabase.open(mysql);
      const asked: { readonly sql: string; readonly values: SqlValues }[] = [];
      const noting: Pick<SqlDatabase, "all" | "allForEach" | "dialect"> = {
        dialect: db.dialect,
        all(sql, values = []) {
          asked.push({ sql, values });
          return db.all(sql, values);
        },
        allForEach(sql, lists) {
          for (const values of lists) asked.push({ sql, values });
          return db.allForEach(sql, lists);
        },
      };
      const tables = new MessageTables(noting as SqlDatabase);
      expect(await tables.before({ kind: 1, id: relateId }, 0, 3, 0)).toMatchObject([
        { msgId: 2000 },
        { msgId: 1999 },
        { msgId: 1998 },
      ]);
      await tables.before({ kind: 2, id: groupId }, 1000, 3, NOW);
      await tables.last(1, [relateId]);
      await tables.last(2, [groupId]);
      expect(asked).toHaveLength(4);
      for (const { sql, values } of asked) {
        const plan = await db.all<{ Extra: string }>(`EXPLAIN ${sql}`, values);
        expect(plan.map(({ Extra }) => Extra).join(), sql).not.toContain("filesort");
      }
      await db.close();
    });

    it("are whole when a group is made, talks and loses a member", async () => {
      const made = { name: "g", avatar: "a.png", creatorId: 2, kind: 1, members: [2, 4] } as const;
      const groupId = (await storage.groups.create(made))?.id ?? Number.NaN;
      expect(await say(2, { kind: 2, id: groupId }, "all")).toBe(1);
      await storage.groups.changeMembers({ byId: 2, groupId, change: "remove", userIds: [4] });
      const id = expect.any(Number);
      expect(await query("SELECT * FROM IMGroup")).toEqual([
        {
          id: groupId,
          name: "g",
          avatar: "a.png",
          creator: 2,
          type: 1,
          userCnt: 1,
          status: 0,
          version: 2,
          lastChated: NOW,
          created: NOW,
          updated: NOW,
        },
      ]);
      expect(await query("SELECT * FROM IMGroupMember ORDER BY userId")).toEqual([
        { id, groupId, userId: 2, status: 0, created: NOW, updated: NOW },
        { id, groupId, userId: 4, status: 1, created: NOW, updated: NOW },
      ]);
      expect(await query(`SELECT * FROM IMGroupMessage_${groupId % 8}`)).toEqual([
        { id, groupId, userId: 2, msgId: 1, content: "all", type: 17, status: 0, created: NOW, updated: NOW },
      ]);
      expect(await query("SELECT * FROM IMRecentSession WHERE userId = 2")).toEqual([
        { id, userId: 2, peerId: groupId, type: 2, status: 0, created: NOW, updated: NOW },
      ]);
    });

    it("of an original server are read: relation 8 in IMMessage_0, group 9 in IMGroupMessage_1, counters in Redis", async () => {
      await query("INSERT INTO IMRelationShip VALUES (8, 1, 2, 0, 1799999000, 1799999000)");
      await query(
        `INSERT INTO IMMessage_0 (id, relateId, fromId, toId, msgId, content, type, status, updated, created)
         VALUES (1, 8, 2, 1, 1, 'one', 1, 0, 1799999000, 1799999000), (2, 8, 1, 2, 2, 'gone', 1, 1, 1799999001, 1799999001)`,
      );
      await query(
        `INSERT INTO IMRecentSession (userId, peerId, type, status, created, updated)
         VALUES (1, 2, 1, 0, 1799999000, 1799999000), (2, 1, 1, 1, 1799999000, 1799999000)`,
      );
      await query(
        `INSERT INTO IMGroup (id, name, avatar, creator, type, userCnt, status, version, lastChated, updated, created)
         VALUES (9, 'g', '', 1, 1, 2, 0, 5, 1799999100, 1799999000, 1799999000)`,
      );
      await query(
        `INSERT INTO IMGroupMember (groupId, userId, status, created, updated)
         VALUES (9, 1, 0, 1799999000, 1799999000), (9, 2, 0, 1799999000, 1799999000)`,
      );
      await query(
        `INSERT INTO IMGroupMessage_1 (groupId, userId, msgId, content, type, status, updated, created)
         VALUES (9, 2, 1, 'all', 17, 0, 1799999100, 1799999100)`,
      );
      await withRedis(async (redis) => {
        await redis.mset("msg_id_8", "2", "group_msg_id_9", "1");
        await redis.hset("unread_1", "2", "1");
        await redis.hset("9_im_group_msg", "count", "1");
        await redis.hset("2_9_im_user_group", "count", "1");
      });
      const target = parseRedisUrl(redisUrl);
      const members = new Redis({
        host: target?.host ?? "",
        db: target?.numbers.group_member ?? 0,
        keyPrefix: target?.prefix ?? "",
      });
      await members.hset("group_member_9", { 1: "1799999000", 2: "1799999000" });
      members.disconnect();

      const one = { msgId: 1, fromId: 2, created: 1_799_999_000, type: 1, content: Buffer.from("one") };
      const all = { msgId: 1, fromId: 2, created: 1_799_999_100, type: 17, content: Buffer.from("all") };
      expect(await storage.messages.history(1, { kind: 1, id: 2 }, 0, 10)).toEqual([one]);
      expect(await storage.sessions.recent(1, 0)).toEqual([
        { kind: 2, id: 9, updated: 1_799_999_100, last: all },
        { kind: 1, id: 2, updated: 1_799_999_000, last: one },
      ]);
      expect((await storage.sessions.recent(2, 0)).map(({ kind }) => kind)).toEqual([2]);
      expect(await storage.sessions.unread(1)).toEqual([
        { kind: 1, id: 2, count: 1, last: one },
        { kind: 2, id: 9, count: 1, last: all },
      ]);
      expect(await storage.sessions.unread(2)).toEqual([]);
      expect(await storage.groups.normalOf(2)).toEqual([{ id: 9, version: 5 }]);
      expect(await say(1, { kind: 1, id: 2 }, "next")).toBe(3);
      expect(await say(1, { kind: 2, id: 9 }, "next")).toBe(2);
      expect(await query("SELECT relateId, msgId, content FROM IMMessage_0 WHERE msgId = 3")).toEqual([
        { relateId: 8, msgId: 3, content: "next" },
      ]);
    });

    it("may hold NULL where a deployment's columns do: no content, and a sound that is nowhere", async () => {
      await query("ALTER TABLE IMMessage_0 MODIFY content VARCHAR(4096) COLLATE utf8mb4_bin DEFAULT ''");
      await query("ALTER TABLE IMAudio MODIFY path VARCHAR(255) COLLATE utf8mb4_bin DEFAULT ''");
      await query("INSERT INTO IMRelationShip VALUES (8, 1, 2, 0, 1799999000, 1799999000)");
      await query("INSERT INTO IMRecentSession VALUES (1, 1, 2, 1, 0, 1799999000, 1799999000)");
      await query("INSERT INTO IMAudio VALUES (901, 2, 1, NULL, 300, 7, 1799999000)");
      await query(
        `INSERT INTO IMMessage_0 (relateId, fromId, toId, msgId, content, type, status, updated, created)
         VALUES (8, 2, 1, 1, '901', 2, 0, 1799999000, 1799999000), (8, 2, 1, 2, NULL, 1, 0, 1799999001, 1799999001)`,
      );
      const empty = { msgId: 2, fromId: 2, created: 1_799_999_001, type: 1, content: Buffer.alloc(0) };
      expect(await storage.messages.history(1, { kind: 1, id: 2 }, 0, 10)).toEqual([
        empty,
        { msgId: 1, fromId: 2, created: 1_799_999_000, type: 2, content: Buffer.from([0, 0, 0, 7]) },
      ]);
      expect(await storage.sessions.recent(1, 0)).toMatchObject([{ kind: 1, id: 2, last: empty }]);
    });

    it("take up a relation again that was removed, with its history and ids, as an original server does (MSG-02)", async () => {
      await query(
        `INSERT INTO IMRelationShip VALUES (8, 1, 2, 1, 1799999000, 1799999000), (9, 1, 2, 1, 1799999000, 1799999001)`,
      );
      await query(
        `INSERT INTO IMMessage_0 (relateId, fromId, toId, msgId, content, type, status, updated, created)
         VALUES (8, 2, 1, 5, 'before', 1, 0, 1799999000, 1799999000)`,
      );
      await withRedis((redis) => redis.set("msg_id_8", "6"));
      expect(await storage.messages.history(1, { kind: 1, id: 2 }, 0, 10)).toEqual([]);
      expect(await Promise.all([say(1, { kind: 1, id: 2 }, "after"), say(1, { kind: 1, id: 3 }, "new")])).toEqual([
        7, 1,
      ]);
      expect(await query("SELECT * FROM IMRelationShip ORDER BY id")).toEqual([
        { id: 8, smallId: 1, bigId: 2, status: 0, created: 1_799_999_000, updated: NOW },
        { id: 9, smallId: 1, bigId: 2, status: 1, created: 1_799_999_000, updated: 1_799_999_001 },
        { id: 10, smallId: 1, bigId: 3, status: 0, created: NOW, updated: NOW },
      ]);
      const history = await storage.messages.history(2, { kind: 1, id: 1 }, 0, 10);
      expect(history.map(({ msgId, content }) => [msgId, content.toString()])).toEqual([
        [7, "after"],
        [5, "before"],
      ]);
    });

    it("of several users of one name are the last one that may log in, as for an original server (LGN-07)", async () => {
      const named = async () => (await storage.accounts.credentials("user2"))?.user.id;
      await query("UPDATE IMUser SET name = 'user2' WHERE id IN (3, 4, 5)");
      await query("UPDATE IMUser SET status = 1 WHERE id IN (2, 5)");
      expect(await named()).toBe(4);
      await query("UPDATE IMUser SET status = 3 WHERE name = 'user2'");
      expect((await storage.accounts.credentials("user2"))?.user.status).toBe(3);
    });

    it("are whole when users and departments are seeded, and when a user changes", async () => {
      await storage.accounts.setAvatar(1, "b.png");
      const [user, ...others] = await query<RowDataPacket[]>("SELECT * FROM IMUser ORDER BY id");
      expect(user).toEqual({
        id: 1,
        sex: 2,
        name: "user1",
        domain: "ann",
        nick: "Ann",
        password: expect.stringMatching(/^[0-9a-f]{32}$/),
        salt: expect.stringMatching(/^.{4}$/),
        phone: "13800000001",
        email: "a@example.com",
        avatar: "b.png",
        departId: 2,
        status: 0,
        created: NOW,
        updated: NOW,
        push_shield_status: 0,
        sign_info: "hi",
      });
      // md5 of md5("secret") and the salt, as protocol.md has it.
      expect(user?.password).toBe(md5(`${SECRET}${user?.salt}`));
      expect(others.map(({ id, name }) => [id, name])).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((n) => [n, `user${n}`]));
      expect(await query("SELECT * FROM IMDepart ORDER BY id")).toEqual([
        { id: 1, departName: "Engineering", priority: 3, parentId: 0, status: 0, created: NOW, updated: NOW },
        {
          id: 2,
          departName: "Client",
          priority: expect.any(Number),
          parentId: 1,
          status: 0,
          created: NOW,
          updated: NOW,
        },
      ]);
    });

    it("of users and departments that an original server or its console wrote are read", async () => {
      await query(
        `INSERT INTO IMUser (id, sex, name, domain, nick, password, salt, phone, email, avatar, departId, status, created,
         updated, push_shield_status, sign_info) VALUES
         (70, 1, 'wu', 'wd', '吴', '${md5(`${SECRET}abcd`)}', 'abcd', '139', 'w@x', 'w.png', 5, 0, 1, 1799999000, 1, 's'),
         (71, 0, 'gone', '', '', '', '', '', '', '', 5, 3, 1, 1799999001, 0, '')`,
      );
      await query(
        "INSERT INTO IMDepart VALUES (5, '研发', 7, 0, 0, 1, 1799999000), (6, 'old', 8, 5, 1, 1, 1799999001)",
      );
      const wu = {
        id: 70,
        name: "wu",
        nick: "吴",
        sex: 1,
        avatar: "w.png",
        departmentId: 5,
        email: "w@x",
        phone: "139",
        domain: "wd",
        signInfo: "s",
        status: 0,
        updated: 1_799_999_000,
      };
      expect(await storage.accounts.credentials("wu")).toEqual({
        user: wu,
        passwordHash: md5(`${SECRET}abcd`),
        salt: "abcd",
      });
      expect((await storage.accounts.changedSince(0)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 70]);
      expect((await storage.accounts.changedSince(1_799_999_000)).filter(({ id }) => id >= 70)).toEqual([
        wu,
        expect.objectContaining({ id: 71, name: "gone", status: 3 }),
      ]);
      expect((await storage.departments.changedSince(0)).filter(({ id }) => id >= 5)).toEqual([
        { id: 5, name: "研发", priority: 7, parentId: 0, status: 0, updated: 1_799_999_000 },
        { id: 6, name: "old", priority: 8, parentId: 5, status: 1, updated: 1_799_999_001 },
      ]);
    });

    it("are whole when a file waits, and when it was fetched; those of an original server are read", async () => {
      const file = { fromId: 7, toId: 3, taskId: "9f0c-1", name: "r\u00e9sum\u00e9.pdf", sizeBytes: 4_000_000_000 };
      await storage.offlineFiles.add(file);
      const row = { id: expect.any(Number), fromId: 7, toId: 3, fileName: file.name, size: file.sizeBytes };
      const times = { created: NOW, updated: NOW };
      expect(await query("SELECT * FROM IMTransmitFile")).toEqual([{ ...row, taskId: "9f0c-1", status: 0, ...times }]);
      await query(
        `INSERT INTO IMTransmitFile (fromId, toId, fileName, size, taskId, status, created, updated) VALUES
         (8, 3, 'a.txt', 5, 'T-2', 0, 1799999000, 1799999000), (8, 3, 'fetched', 5, 'T-3', 1, 1799999000, 1799999000)`,
      );
      const theirs = { fromId: 8, toId: 3, taskId: "T-2", name: "a.txt", sizeBytes: 5 };
      expect(await storage.offlineFiles.list(3, 0)).toEqual([file, theirs]);
      await storage.offlineFiles.delete(8, 3, "T-2");
      expect(await query("SELECT status, updated FROM IMTransmitFile WHERE taskId = 'T-2'")).toEqual([
        { status: 1, updated: NOW },
      ]);
      expect(await storage.offlineFiles.list(3, 0)).toEqual([file]);
    });

    it("of a pair that an original server made a second time at the same moment are one conversation (MSG-02)", async () => {
      expect([await say(1, { kind: 1, id: 2 }, "ours 1"), await say(2, { kind: 1, id: 1 }, "ours 2")]).toEqual([1, 2]);
      const theirs = await contactAsOriginal(1, 2, "theirs");
      const read = (from: Storage) => from.messages.history(1, { kind: 1, id: 2 }, 0, 10);
      const contents = async (from = storage) => (await read(from)).map(({ content }) => content.toString());
      // Of two with one id, that of the relation which the original reads from now on.
      expect(await contents()).toEqual(["ours 2", "theirs"]);
      expect(await storage.messages.latestId(2, { kind: 1, id: 1 })).toBe(2);
      expect(await say(2, { kind: 1, id: 1 }, "together")).toBe(3);
      expect(await query(`SELECT msgId, content FROM IMMessage_${theirs % 8} WHERE relateId = ${theirs}`)).toEqual([
        { msgId: 1, content: "theirs" },
        { msgId: 3, content: "together" },
      ]);
      expect((await storage.sessions.recent(1, 0)).map(({ id, last }) => [id, last.msgId])).toEqual([[2, 3]]);
      expect((await storage.messages.byIds(1, { kind: 1, id: 2 }, [3, 2, 1])).map(({ msgId }) => msgId)).toEqual([
        3, 2, 1,
      ]);
      const later = await open(new FakeClock(NOW + 60));
      expect(await contents(later)).toEqual(["together", "ours 2", "theirs"]);
      expect(await later.sessions.remove(1, { kind: 1, id: 2 })).toBe(true);
      expect(await later.sessions.recent(1, 0)).toEqual([]);
      await later.close();
      expect(await say(2, { kind: 1, id: 1 }, "back")).toBe(4);
      expect((await storage.sessions.recent(1, 0)).map(({ id }) => id)).toEqual([2]);
    });

    it("of first contacts in a race with an original server: what follows is where the original reads (MSG-02)", async () => {
      const pairs = [2, 3, 4, 5, 6, 7, 8, 9];
      await Promise.all(pairs.flatMap((id) => [say(1, { kind: 1, id }, "ours"), contactAsOriginal(1, id, "theirs")]));
      const after = await Promise.all(pairs.map((id) => say(id, { kind: 1, id: 1 }, "after")));
      for (const [index, id] of pairs.entries()) {
        const relation = await relationOfOriginal(1, id);
        const stored = await query(
          `SELECT msgId FROM IMMessage_${relation % 8} WHERE relateId = ${relation} AND content = 'after'`,
        );
        expect(stored).toEqual([{ msgId: after[index] }]);
        const [last] = await storage.messages.history(1, { kind: 1, id }, 0, 1);
        expect([last?.msgId, last?.content.toString()]).toEqual([after[index], "after"]);
      }
    });

    /** The relation that an original server finds: the last of those that its SELECT gives. */
    async function relationOfOriginal(smallId: number, bigId: number): Promise<number> {
      const found = await query<RowDataPacket[]>(
        `SELECT id FROM IMRelationShip WHERE smallId = ${smallId} AND bigId = ${bigId} AND status = 0`,
      );
      return Number(found.at(-1)?.id);
    }

    /** A first message as an original server stores it that found no relation: without a lock. Returns the relation. */
    async function contactAsOriginal(fromId: number, toId: number, content: string): Promise<number> {
      const insert = (sql: string) => query<ResultSetHeader>(sql);
      const pair = `${Math.min(fromId, toId)}, ${Math.max(fromId, toId)}`;
      const { insertId } = await insert(
        `INSERT INTO IMRelationShip (smallId, bigId, status, created, updated) VALUES (${pair}, 0, ${NOW}, ${NOW})`,
      );
      const msgId = await withRedis((redis) => redis.incr(`msg_id_${insertId}`));
      await insert(
        `INSERT INTO IMMessage_${insertId % 8} (relateId, fromId, toId, msgId, content, type, status, created, updated)
         VALUES (${insertId}, ${fromId}, ${toId}, ${msgId}, '${content}', 1, 0, ${NOW}, ${NOW})`,
      );
      await insert(
        `INSERT INTO IMRecentSession (userId, peerId, type, status, created, updated)
         VALUES (${fromId}, ${toId}, 1, 0, ${NOW}, ${NOW}), (${toId}, ${fromId}, 1, 0, ${NOW}, ${NOW})`,
      );
      return insertId;
    }
  },
);
