import { Redis } from "ioredis";
import { createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { noMysqlOrRedis, TestDatabase, TestKeys } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const NOW = 1_800_000_000;
const database = new TestDatabase(`ttk_test_rows_${process.pid}`);
const keys = new TestKeys(`ttk-test-rows-${process.pid}`);
let redisUrl = "";
let storage: Storage;

async function open(): Promise<Storage> {
  const mysql = parseMysqlUrl(database.url);
  if (mysql === undefined) throw new Error("not a URL");
  const clock = new FakeClock(NOW);
  const store = await openMysql({ mysql, redis: parseRedisUrl(redisUrl), clock, create: true });
  await store.seed(parseSeedFixture("password: secret\nusers: [{ name: 'user{1..9}' }]\n", "rows.yaml"));
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
  },
);
