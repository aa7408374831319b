import { Redis } from "ioredis";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { GroupSessionSweep } from "../../../../src/server/storage/sql/group-session-sweep.js";
import { MessageTables } from "../../../../src/server/storage/sql/message-tables.js";
import { MysqlDatabase } from "../../../../src/server/storage/sql/mysql-database.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { RedisConnections } from "../../../../src/server/storage/sql/redis-connections.js";
import { RedisState } from "../../../../src/server/storage/sql/redis-state.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";
import { SqlAccounts } from "../../../../src/server/storage/sql/sql-accounts.js";
import type { SqlDatabase, SqlValues } from "../../../../src/server/storage/sql/sql-database.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { noMysqlOrRedis, TestDatabase, TestKeys } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const database = new TestDatabase(`ttk_test_shared_${process.pid}`);
const keys = new TestKeys(`ttk-test-shared-${process.pid}`);
const opened: Storage[] = [];
const clock = new FakeClock();
const seed = parseSeedFixture(
  `
password: secret
users: [{ name: "user{1..20}" }]
groups: [{ name: all, creator: user1, members: "user{1..5}" }]
`,
  "shared.yaml",
);
let redisUrl = "";

/** As one more db_proxy_server of the deployment would. */
async function join(): Promise<Storage> {
  const mysql = parseMysqlUrl(database.url);
  if (mysql === undefined) throw new Error("not a URL");
  const store = await openMysql({ mysql, redis: parseRedisUrl(redisUrl), clock, create: true });
  await store.seed(seed, { onlyIfEmpty: true });
  opened.push(store.storage);
  return store.storage;
}

const say = (storage: Storage, fromId: number, toId: number, text = "hi") =>
  storage.messages.append({
    fromId,
    to: { kind: 1, id: toId },
    type: 1,
    content: Buffer.from(text),
    created: 1_800_000_000,
  });
const sayToGroup = (storage: Storage, fromId: number, id = 1) =>
  storage.messages.append({
    fromId,
    to: { kind: 2, id },
    type: 0x11,
    content: Buffer.from("hi"),
    created: 1_800_000_000,
  });

async function rows(sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: database.url, charset: "utf8mb4_bin" });
  const [found] = await connection.query<RowDataPacket[]>(sql);
  await connection.end();
  return found;
}

/** Redis as a server sees it that knows nothing of us. */
async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const target = parseRedisUrl(redisUrl);
  const redis = new Redis({
    host: target?.host ?? "",
    db: target?.numbers.unread ?? 0,
    keyPrefix: target?.prefix ?? "",
  });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

describe.skipIf(noMysqlOrRedis !== undefined)(
  `a deployment${noMysqlOrRedis === undefined ? "" : `: skipped, ${noMysqlOrRedis}`}`,
  () => {
    beforeAll(() => database.drop());
    beforeEach(async () => {
      redisUrl = keys.nextUrl();
      await database.empty();
    });
    afterEach(async () => {
      for (const storage of opened.splice(0)) await storage.close();
    });
    afterAll(async () => {
      await database.drop();
      await keys.drop();
    });

    it("counts failed logins of all db_proxy_servers together (LGN-06)", async () => {
      const [one, other] = [await join(), await join()];
      for (let n = 0; n < 6; n++) await one.loginFailures.failed("user7");
      for (let n = 0; n < 5; n++) await other.loginFailures.failed("user7");
      expect([await one.loginFailures.recent("user7"), await other.loginFailures.recent("user7")]).toEqual([11, 11]);
    });

    it("is read and written in the tables and keys of the original servers", async () => {
      const storage = await join();
      await say(storage, 2, 1, "first");
      await say(storage, 1, 2, "second");
      await sayToGroup(storage, 3);
      await storage.groups.setShield(2, 1, 1);
      await storage.push.setDeviceToken(4, 0x12, "tok");
      const [relation] = await rows("SELECT id, smallId, bigId, status FROM IMRelationShip");
      expect(relation).toMatchObject({ smallId: 1, bigId: 2, status: 0 });
      const shard = Number(relation?.id) % 8;
      expect(
        await rows(`SELECT relateId, fromId, toId, msgId, content, type FROM IMMessage_${shard} ORDER BY msgId`),
      ).toEqual([
        { relateId: relation?.id, fromId: 2, toId: 1, msgId: 1, content: "first", type: 1 },
        { relateId: relation?.id, fromId: 1, toId: 2, msgId: 2, content: "second", type: 1 },
      ]);
      expect(await rows("SELECT groupId, userId, msgId, content, type FROM IMGroupMessage_1")).toEqual([
        { groupId: 1, userId: 3, msgId: 1, content: "hi", type: 17 },
      ]);
      expect(await rows("SELECT userId, peerId, type, status FROM IMRecentSession ORDER BY userId")).toEqual([
        { userId: 1, peerId: 2, type: 1, status: 0 },
        { userId: 2, peerId: 1, type: 1, status: 0 },
        { userId: 3, peerId: 1, type: 2, status: 0 },
      ]);
      await withRedis(async (redis) => {
        expect(await redis.get(`msg_id_${relation?.id}`)).toBe("2");
        expect(await redis.get("group_msg_id_1")).toBe("1");
        expect(await redis.hgetall("unread_1")).toEqual({ 2: "1" });
        expect(await redis.hgetall("1_im_group_msg")).toEqual({ count: "1" });
        expect(await redis.hgetall("3_1_im_user_group")).toEqual({ count: "1" });
        expect(Object.keys(await redis.hgetall("group_member_1"))).toEqual(["1", "2", "3", "4", "5"]);
        expect(await redis.hgetall("group_set_1")).toEqual({ "2_1": "1" });
        expect(await redis.get("device_4")).toBe("android:tok");
        expect(await redis.get("device_tok")).toBe("4");
        expect(await redis.get("total_user_update")).toBe(String(clock.nowSeconds));
      });
    });

    it("has each key in the database that its group has as shipped", async () => {
      redisUrl = keys.nextShippedUrl();
      const storage = await join();
      await say(storage, 2, 1);
      await sayToGroup(storage, 3);
      await storage.groups.setShield(2, 1, 1);
      await storage.push.setDeviceToken(4, 0x12, "tok");
      await storage.accounts.setSignInfo(1, "new");
      const [relation] = await rows("SELECT id FROM IMRelationShip");
      expect(await keys.list(redisUrl, 1)).toEqual(
        [
          "1_im_group_msg",
          "3_1_im_user_group",
          "group_msg_id_1",
          `msg_id_${relation?.id}`,
          "total_user_update",
          "unread_1",
        ].sort(),
      );
      expect(await keys.list(redisUrl, 2)).toEqual(["group_set_1"]);
      expect(await keys.list(redisUrl, 3)).toEqual([]);
      expect(await keys.list(redisUrl, 4)).toEqual(["device_4", "device_tok"]);
      expect(await keys.list(redisUrl, 5)).toEqual(["group_member_1"]);
    });

    it("looks at one row of IMUser by its id when a user changes, with however many users", async () => {
      await join();
      const target = parseRedisUrl(redisUrl);
      const mysql = parseMysqlUrl(database.url);
      if (target === undefined || mysql === undefined) throw new Error("not a URL");
      const connections = await RedisConnections.open(target);
      const db = await MysqlDatabase.open(mysql);
      const asked: Parameters<SqlDatabase["all"]>[] = [];
      const noting: Pick<SqlDatabase, "all" | "run"> = {
        all: (...question) => {
          asked.push(question);
          return db.all(...question);
        },
        run: (...question) => {
          asked.push(question);
          return db.run(...question);
        },
      };
      const live = new RedisState(connections, new MessageTables(db));
      const accounts = new SqlAccounts(noting as SqlDatabase, live, () => clock.nowSeconds);
      // A time ahead of the clock, so that the change takes a second statement.
      await live.userChanged(clock.nowSeconds + 10);
      expect(await accounts.setAvatar(7, "/7.png")).toBe(true);
      expect(await accounts.setSignInfo(8, "hello")).toBe(true);
      expect(asked).toHaveLength(4);
      for (const [sql, values] of asked) {
        const [plan, ...more] = await db.all<{ table: string; key: string; rows: unknown }>(`EXPLAIN ${sql}`, values);
        expect(more).toEqual([]);
        expect([plan?.table, plan?.key, Number(plan?.rows)], sql).toEqual(["IMUser", "PRIMARY", 1]);
      }
      expect(await rows("SELECT updated FROM IMUser WHERE id IN (7, 8)")).toEqual(
        [7, 8].map(() => ({ updated: clock.nowSeconds + 10 })),
      );
      await db.close();
      connections.close();
    });

    it("shows a user's change to who pulled a later time that others wrote, also while that pull is under way (PUL-09)", async () => {
      const [one, other] = [await join(), await join()];
      const ahead = clock.nowSeconds + 30;
      await rows(`UPDATE IMUser SET updated = ${ahead} WHERE id = 5`);
      const newestOf = (users: readonly { updated: number }[]) => Math.max(...users.map(({ updated }) => updated));
      expect(newestOf(await one.accounts.changedSince(0))).toBe(ahead);
      await other.accounts.setAvatar(6, "/6.png");
      expect((await one.accounts.changedSince(ahead)).map(({ id }) => id)).toEqual([5, 6]);

      await rows(`UPDATE IMUser SET updated = ${ahead + 30} WHERE id = 5`);
      const target = parseRedisUrl(redisUrl);
      const mysql = parseMysqlUrl(database.url);
      if (target === undefined || mysql === undefined) throw new Error("not a URL");
      const connections = await RedisConnections.open(target);
      const db = await MysqlDatabase.open(mysql);
      let lists = 0;
      const changing: Pick<SqlDatabase, "all"> = {
        async all<Row>(sql: string, values?: SqlValues) {
          const found = await db.all<Row>(sql, values);
          if (++lists === 1) await other.accounts.setAvatar(7, "/7.png");
          return found;
        },
      };
      const live = new RedisState(connections, new MessageTables(db));
      const pulled = await new SqlAccounts(changing as SqlDatabase, live, () => clock.nowSeconds).changedSince(ahead);
      const seen = [...pulled, ...(await one.accounts.changedSince(newestOf(pulled)))];
      expect(seen.find(({ id }) => id === 7)).toMatchObject({ avatar: "/7.png" });
      await db.close();
      connections.close();
    });

    it("has nothing in a new group of what Redis still has under its number (GRP-02, GRP-08)", async () => {
      const storage = await join();
      await withRedis(async (redis) => {
        await redis.hset("group_member_2", { 7: "1799999000", 9: "1799999000" });
        await redis.set("group_msg_id_2", "50");
        await redis.hset("2_im_group_msg", "count", "50");
        await redis.hset("9_2_im_user_group", "count", "20");
        const made = { name: "g", avatar: "", creatorId: 8, kind: 2, members: [8, 9] } as const;
        expect(await storage.groups.create(made)).toMatchObject({ id: 2 });
        const joined = String(clock.nowSeconds);
        expect(await redis.hgetall("group_member_2")).toEqual({ 8: joined, 9: joined });
        expect(await redis.get("group_msg_id_2")).toBe("0");
        expect(await storage.sessions.unread(9)).toEqual([]);
        expect(await sayToGroup(storage, 8, 2)).toBe(1);
        expect(await storage.sessions.unread(9)).toMatchObject([{ kind: 2, id: 2, count: 1 }]);
        expect(await redis.hgetall("8_2_im_user_group")).toEqual({ count: "51" });
      });
    });

    it("begins the ids of new pairs at 1, whatever Redis still has under their relations' numbers (MSG-02)", async () => {
      const storage = await join();
      await say(storage, 1, 2);
      const [relation] = await rows("SELECT id FROM IMRelationShip");
      const next = [1, 2, 3].map((step) => Number(relation?.id) + step);
      await withRedis((redis) => redis.mset(Object.fromEntries(next.map((id) => [`msg_id_${id}`, "57"]))));
      const first = await Promise.all([say(storage, 3, 4), say(storage, 4, 3), say(storage, 5, 6)]);
      expect(first).toEqual([1, 2, 1]);
      expect(await say(storage, 1, 2)).toBe(2);
      await withRedis(async (redis) => {
        expect(await redis.mget(next.map((id) => `msg_id_${id}`))).toEqual(["2", "1", "57"]);
      });
    });

    it("has push tokens as original servers write them, and none where they wrote one to no phone", async () => {
      const storage = await join();
      await withRedis((redis) =>
        redis.mset({
          device_1: "ios:a:b",
          "device_a:b": "1",
          device_2: "android:c",
          device_c: "2",
          // A PC's token, which may look like anything; what a logout leaves; an empty one of a phone.
          device_3: "iosX",
          device_4: "",
          device_: "4",
          device_5: "ios:",
        }),
      );
      const phone = { totalUnread: 0 };
      expect(await storage.push.pushTokens([1, 2, 3, 4, 5])).toEqual([
        { userId: 1, clientType: 0x11, token: "a:b", ...phone },
        { userId: 2, clientType: 0x12, token: "c", ...phone },
      ]);
      await storage.push.setDeviceToken(1, 0x12, "d");
      await storage.push.setDeviceToken(2, 0x12, "");
      await storage.push.setDeviceToken(6, 0x11, "e");
      await withRedis(async (redis) => {
        expect(await redis.mget("device_1", "device_a:b", "device_d", "device_2", "device_c")).toEqual([
          "android:d",
          null,
          "1",
          null,
          null,
        ]);
        expect(await redis.mget("device_6", "device_e", "device_")).toEqual(["ios:e", "6", "4"]);
      });
    });

    it("gives first messages of a pair one sequence, though several servers store them at the same time (MSG-02)", async () => {
      const servers = [await join(), await join(), await join()];
      const numbers = Array.from({ length: 60 }, (_, n) => n);
      const given = await Promise.all(
        numbers.map((n) => say(servers[n % 3] as Storage, n % 2 === 0 ? 7 : 8, n % 2 === 0 ? 8 : 7)),
      );
      expect(given.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers.map((n) => n + 1));
      expect(await rows("SELECT COUNT(*) AS count FROM IMRelationShip")).toEqual([{ count: 1 }]);
      expect(await rows("SELECT COUNT(*) AS count FROM IMRecentSession")).toEqual([{ count: 2 }]);
      expect((await (servers[0] as Storage).sessions.unread(8))[0]?.count).toBe(30);
    });

    it("changes a group once, though several servers are asked at the same time (GRP-05)", async () => {
      const servers = [await join(), await join(), await join()];
      const change = { byId: 1, groupId: 1, change: "add", userIds: [9] } as const;
      const results = await Promise.all(
        servers.flatMap((one) => [one, one, one]).map((one) => one.groups.changeMembers(change)),
      );
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
      expect(await rows("SELECT version, userCnt FROM IMGroup")).toEqual([{ version: 2, userCnt: 6 }]);
      expect(await rows("SELECT COUNT(*) AS count FROM IMGroupMember WHERE userId = 9")).toEqual([{ count: 1 }]);
    });

    it("goes on with ids where the table is, when Redis has lost its counters (MSG-02)", async () => {
      await say(await join(), 1, 2);
      await say(opened[0] as Storage, 1, 2);
      await withRedis(async (redis) => redis.del("msg_id_1", ...(await relationKeys())));
      expect(await say(await join(), 2, 1)).toBe(3);
      await withRedis(async (redis) => redis.del(...(await relationKeys())));
      const [first, second] = opened as [Storage, Storage];
      expect(await Promise.all([say(second, 2, 1), say(second, 1, 2)])).toEqual([4, 5]);
      expect(await say(first, 1, 2)).toBe(6);

      async function relationKeys(): Promise<string[]> {
        return (await rows("SELECT id FROM IMRelationShip")).map(({ id }) => `msg_id_${id}`);
      }
    });

    it("gives every member a session in the table by the sweep, and keeps removed what was removed since (GRP-11)", async () => {
      const storage = await join();
      await sayToGroup(storage, 3);
      clock.turn(1);
      expect(await storage.sessions.remove(4, { kind: 2, id: 1 })).toBe(true);
      await sweepOnce();
      expect(await rows("SELECT userId, status FROM IMRecentSession WHERE type = 2 ORDER BY userId")).toEqual(
        [1, 2, 3, 4, 5].map((userId) => ({ userId, status: userId === 4 ? 1 : 0 })),
      );
      await withRedis(async (redis) => expect(await redis.get("last_update_group")).toBe(String(clock.nowSeconds)));
    });

    it("gives sessions for a message that came to the table after a sweep by a faster clock, of an original server (GRP-11)", async () => {
      const storage = await join();
      await sayToGroup(storage, 3);
      await withRedis((redis) => redis.set("last_update_group", String(clock.nowSeconds + 5)));
      await sweepOnce();
      expect(await rows("SELECT userId FROM IMRecentSession WHERE type = 2 ORDER BY userId")).toEqual(
        [1, 2, 3, 4, 5].map((userId) => ({ userId })),
      );
    });

    async function sweepOnce(): Promise<void> {
      const mysql = parseMysqlUrl(database.url);
      const redis = parseRedisUrl(redisUrl);
      if (mysql === undefined || redis === undefined) throw new Error("not a URL");
      const db = await MysqlDatabase.open(mysql);
      const connections = await RedisConnections.open(redis);
      const sweep = new GroupSessionSweep(db, connections.of("unread"), () => clock.nowSeconds);
      await sweep.sweep();
      await sweep.stop();
      await db.close();
      connections.close();
    }

    it("has its indexes by the names that the original db_proxy_server asks for, also where ours were named otherwise", async () => {
      await join();
      const asOriginals = "SELECT msgId FROM IMMessage_3 FORCE INDEX (idx_relateId_status_created) WHERE relateId = 3";
      expect(await rows(asOriginals)).toEqual([]);
      await rows("ALTER TABLE IMMessage_3 RENAME INDEX idx_relateId_status_created TO relateId_status_created");
      await expect(rows(asOriginals)).rejects.toThrow("idx_relateId_status_created");
      await join();
      expect(await rows(asOriginals)).toEqual([]);
    });

    it("is not joined by a server that cannot reach it, in one line", async () => {
      const mysql = parseMysqlUrl("mysql://nobody:wrong@127.0.0.1/ttk_none");
      if (mysql === undefined) throw new Error("not a URL");
      await expect(MysqlDatabase.open(mysql)).rejects.toThrow(/refuses the user nobody|there is no database/);
      await expect(MysqlDatabase.open({ ...mysql, port: 1 })).rejects.toThrow("no MySQL server answers at 127.0.0.1:1");
      const there = parseMysqlUrl(database.url);
      if (there === undefined) throw new Error("not a URL");
      const redis = parseRedisUrl("redis://127.0.0.1:1");
      await expect(openMysql({ mysql: there, redis, clock })).rejects.toThrow("no Redis server answers at 127.0.0.1:1");
      const without = parseRedisUrl(redisUrl.replace(/\/\d+\?/, "/9999?"));
      await expect(openMysql({ mysql: there, redis: without, clock })).rejects.toThrow("has no database 9999");
      const withTokens = parseRedisUrl(`${redisUrl}&token=127.0.0.1:1/4`);
      await expect(openMysql({ mysql: there, redis: withTokens, clock })).rejects.toThrow("answers at 127.0.0.1:1 (");
    });
  },
);
