import { createConnection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";
import type { SessionKey, Storage } from "../../../../src/server/storage/storage.js";
import { noMysqlOrRedis, TestDatabase, TestKeys } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const NOW = 1_800_000_000;
const database = new TestDatabase(`ttk_test_refused_${process.pid}`);
const keys = new TestKeys(`ttk-test-refused-${process.pid}`);
const fixture = `
password: secret
users: ["user{1..6}"]
groups: [{ name: Crew, creator: user1, members: "user{1..3}" }]
`;
/** Four bytes of UTF-8, of which utf8mb3 holds three. */
const GRIN = "\u{1f600}";

let storage: Storage;

/** The tables of messages as an older deployment has them. */
async function narrowContent(): Promise<void> {
  const connection = await createConnection({ uri: database.url });
  try {
    for (let shard = 0; shard < 8; shard++) {
      for (const table of [`IMMessage_${shard}`, `IMGroupMessage_${shard}`]) {
        await connection.query(
          `ALTER TABLE ${table} MODIFY content VARCHAR(4096) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin NOT NULL`,
        );
      }
    }
  } finally {
    await connection.end();
  }
}

const say = async (fromId: number, to: SessionKey, content: string) =>
  storage.messages.append({ fromId, to, type: to.kind === 1 ? 1 : 0x11, content: Buffer.from(content), created: NOW });

/** The ids, and what is wrong where there is none. */
async function outcomes(said: readonly Promise<number | undefined>[]): Promise<unknown[]> {
  return (await Promise.allSettled(said)).map((each) =>
    each.status === "fulfilled" ? each.value : /^Incorrect string value/.exec((each.reason as Error).message)?.[0],
  );
}

async function textsOf(userId: number, session: SessionKey): Promise<[number, string][]> {
  const messages = await storage.messages.history(userId, session, 0, 100);
  return messages.map(({ msgId, content }) => [msgId, content.toString()]);
}

describe.skipIf(noMysqlOrRedis !== undefined).each([
  // An id that Redis has given is given.
  ["counters in Redis", () => parseRedisUrl(keys.nextUrl()), 4],
  ["counters in tables", () => undefined, 3],
])(
  `a message that a table refuses, with %s${noMysqlOrRedis === undefined ? "" : `: skipped, ${noMysqlOrRedis}`}`,
  (_, redis, nextId) => {
    beforeAll(() => database.drop());
    beforeEach(async () => {
      const mysql = parseMysqlUrl(database.url);
      if (mysql === undefined) throw new Error("not a URL");
      const store = await openMysql({ mysql, redis: redis(), clock: new FakeClock(NOW), create: true });
      await store.seed(parseSeedFixture(fixture, "refused.yaml"));
      storage = store.storage;
      await narrowContent();
    });
    afterEach(async () => {
      await storage.close();
      await database.drop();
    });
    afterAll(() => keys.drop());

    const peer = (id: number): SessionKey => ({ kind: 1, id });
    const crew: SessionKey = { kind: 2, id: 1 };
    const refused = "Incorrect string value";

    it("fails alone, and the others that came with it are stored, counted and numbered (DBP-02, MSG-02, MSG-10)", async () => {
      const together = [
        say(1, peer(2), "one"),
        say(1, peer(2), GRIN),
        say(2, peer(1), "two"),
        say(3, peer(4), "alone"),
        say(5, peer(6), GRIN),
        say(1, crew, "first"),
        say(2, crew, `${GRIN} of two`),
        say(3, crew, "second"),
      ];
      expect(await outcomes(together)).toEqual([1, refused, 2, 1, refused, 1, refused, 2]);
      expect(await textsOf(2, peer(1))).toEqual([
        [2, "two"],
        [1, "one"],
      ]);
      expect(await textsOf(4, peer(3))).toEqual([[1, "alone"]]);
      expect(await textsOf(6, peer(5))).toEqual([]);
      expect(await textsOf(1, crew)).toEqual([
        [2, "second"],
        [1, "first"],
      ]);
      const unread = async (userId: number) =>
        (await storage.sessions.unread(userId)).map(({ kind, id, count }) => [kind, id, count]).sort();
      expect(await unread(1)).toEqual([
        [1, 2, 1],
        [2, 1, 1],
      ]);
      expect(await unread(2)).toEqual([
        [1, 1, 1],
        [2, 1, 2],
      ]);
      expect(await unread(6)).toEqual([]);
      expect(await storage.sessions.recent(6, 0)).toEqual([]);
      expect(await say(2, peer(1), "after it")).toBe(nextId);
      expect(await say(3, peer(4), "after it")).toBe(2);
    });

    it("fails when it comes alone, or with nothing else, and the next one is stored", async () => {
      expect(await outcomes([say(1, peer(2), GRIN)])).toEqual([refused]);
      expect(await outcomes([say(1, peer(2), GRIN), say(3, crew, GRIN)])).toEqual([refused, refused]);
      expect(await say(1, peer(2), "hello")).toBe(nextId === 3 ? 1 : 3);
    });
  },
);
