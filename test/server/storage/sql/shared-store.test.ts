import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { OpenedStore } from "../../../../src/server/storage/opened-store.js";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { openSqlite } from "../../../../src/server/storage/sql/open-sqlite.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";
import type { SessionKey, Storage } from "../../../../src/server/storage/storage.js";
import { noMysql, noMysqlOrRedis, TestDatabase, TestKeys } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const database = new TestDatabase(`ttk_test_two_${process.pid}`);
const keys = new TestKeys(`ttk-test-two-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), "ttk-two-"));
const opened: Storage[] = [];
const seed = parseSeedFixture(
  `
password: secret
users: [{ name: "user{1..20}" }]
groups: [{ name: all, creator: user1, members: "user{1..5}" }]
`,
  "shared.yaml",
);
let stores = 0;

type Open = (clock: FakeClock) => Promise<OpenedStore>;

async function mysqlStore(redisUrl?: string): Promise<Open> {
  const mysql = parseMysqlUrl(database.url);
  if (mysql === undefined) throw new Error("not a URL");
  await database.empty();
  const redis = redisUrl === undefined ? undefined : parseRedisUrl(redisUrl);
  return (clock) => openMysql({ mysql, redis, clock, create: true });
}

/** Two db_proxy_servers' storage over one store. */
async function two(open: Open, clock = new FakeClock()): Promise<{ one: Storage; other: Storage; clock: FakeClock }> {
  const stores = [await open(clock), await open(clock)] as const;
  for (const { storage } of stores) opened.push(storage);
  await stores[0].seed(seed);
  return { one: stores[0].storage, other: stores[1].storage, clock };
}

const withUser = (id: number): SessionKey => ({ kind: 1, id });
const group: SessionKey = { kind: 2, id: 1 };

async function say(storage: Storage, fromId: number, to: SessionKey, clock: FakeClock): Promise<number | undefined> {
  const created = clock.nowSeconds;
  return storage.messages.append({ fromId, to, type: to.kind === 1 ? 1 : 0x11, content: Buffer.from("hi"), created });
}

/** A device that pulls what is newer than what it has, from whichever server. */
class Device {
  #since = 0;
  readonly lastIds = new Map<string, number>();

  constructor(private readonly userId: number) {}

  async pull(storage: Storage): Promise<string[]> {
    const listed = await storage.sessions.recent(this.userId, this.#since);
    for (const { kind, id, last } of listed) this.lastIds.set(`${kind}/${id}`, last.msgId);
    this.#since = Math.max(this.#since, ...listed.map(({ updated }) => updated));
    return listed.map(({ kind, id }) => `${kind}/${id}`).sort();
  }
}

function sharedStore(makeStore: () => Promise<Open>): void {
  it("lists what one server stored in the second of another's answer in the next pull from either (PUL-09)", async () => {
    const { one, other, clock } = await two(await makeStore());
    const device = new Device(1);
    // The clock stands still.
    await say(one, 2, withUser(1), clock);
    expect(await device.pull(one)).toEqual(["1/2"]);
    await say(other, 3, withUser(1), clock);
    expect(await device.pull(other)).toEqual(["1/3"]);
    await say(one, 2, withUser(1), clock);
    await say(one, 2, group, clock);
    expect(await device.pull(other)).toEqual(["1/2", "2/1"]);
    await say(other, 3, group, clock);
    clock.turn(1);
    expect(await device.pull(one)).toEqual(["2/1"]);
    expect(await device.pull(other)).toEqual([]);
    await say(one, 4, withUser(1), clock);
    expect(await device.pull(other)).toEqual(["1/4"]);
    expect(await device.pull(one)).toEqual([]);
  });

  it("loses no change to pulls that are under way at the other server (PUL-09)", async () => {
    const { one, other, clock } = await two(await makeStore());
    const devices = [1, 2, 3, 4, 5].map((userId) => new Device(userId));
    const servers = [one, other] as const;
    const last = new Map<string, number>();
    for (let round = 0; round < 12; round++) {
      const said = [1, 2, 3, 4, 5].flatMap((userId) => [
        say(servers[userId % 2] as Storage, userId, withUser((userId % 5) + 1), clock),
        say(servers[(userId + 1) % 2] as Storage, userId, group, clock),
      ]);
      const pulled = devices.map((device, index) => device.pull(servers[(index + round) % 2] as Storage));
      const ids = await Promise.all(said);
      await Promise.all(pulled);
      for (const [index, id] of ids.entries()) {
        const from = Math.floor(index / 2) + 1;
        const name = index % 2 === 0 ? `${from}-${(from % 5) + 1}` : "group";
        last.set(name, Math.max(last.get(name) ?? 0, id ?? Number.NaN));
      }
      if (round % 3 === 2) clock.turn(1);
      if (round % 2 === 1) continue;
      for (const [index, device] of devices.entries()) {
        await device.pull(servers[(index + round + 1) % 2] as Storage);
        const userId = index + 1;
        const next = (userId % 5) + 1;
        expect(device.lastIds.get(`1/${next}`), `round ${round}, user ${userId}`).toBe(last.get(`${userId}-${next}`));
        expect(device.lastIds.get("2/1"), `round ${round}, user ${userId}`).toBe(last.get("group"));
      }
    }
  });

  it("lists a user's change by a server whose clock is behind (PUL-09)", async () => {
    const open = await makeStore();
    const { one, clock } = await two(open);
    const behind = new FakeClock();
    const store = await open(behind);
    opened.push(store.storage);
    clock.turn(100);
    await one.accounts.setSignInfo(1, "ahead");
    const newest = Math.max(...(await one.accounts.changedSince(0)).map(({ updated }) => updated));
    await store.storage.accounts.setSignInfo(2, "behind");
    expect((await one.accounts.changedSince(newest)).map(({ id }) => id)).toEqual([1, 2]);
  });

  it("locks a name after 11 failures at any of the servers, until one of them sees a success (LGN-06)", async () => {
    const { one, other } = await two(await makeStore());
    for (let n = 0; n < 6; n++) await one.loginFailures.failed("user7");
    for (let n = 0; n < 5; n++) await other.loginFailures.failed("user7");
    expect([await one.loginFailures.recent("user7"), await other.loginFailures.recent("user7")]).toEqual([11, 11]);
    await other.loginFailures.succeeded("user7");
    expect(await one.loginFailures.recent("user7")).toBe(0);
  });

  it("sees what the other server changed: groups, shields, tokens, what is read and removed", async () => {
    const { one, other, clock } = await two(await makeStore());
    expect(await one.groups.infos(1, [{ id: 1, version: 0 }])).toMatchObject([{ members: [1, 2, 3, 4, 5], shield: 0 }]);
    expect(await say(one, 9, group, clock)).toBeUndefined();
    await other.groups.changeMembers({ byId: 1, groupId: 1, change: "add", userIds: [9] });
    await other.groups.setShield(1, 1, 1);
    expect(await say(one, 9, group, clock)).toBe(1);
    expect(await one.groups.infos(1, [{ id: 1, version: 1 }])).toMatchObject([
      { version: 2, members: [1, 2, 3, 4, 5, 9], shield: 1 },
    ]);
    await other.groups.changeMembers({ byId: 1, groupId: 1, change: "remove", userIds: [9] });
    expect(await say(one, 9, group, clock)).toBeUndefined();
    await say(one, 2, withUser(1), clock);
    await other.sessions.markRead(1, withUser(2));
    expect((await one.sessions.unread(1)).map(({ kind }) => kind)).toEqual([2]);
    expect(await other.sessions.remove(1, withUser(2))).toBe(true);
    expect((await one.sessions.recent(1, 0)).map(({ kind }) => kind)).toEqual([2]);
    await other.push.setDeviceToken(1, 0x11, "tok");
    expect(await one.push.pushTokens([1])).toMatchObject([{ token: "tok" }]);
  });
}

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("two servers on one SQLite file", () =>
  sharedStore(async () => {
    const path = join(folder, `${++stores}.db`);
    return (clock) => openSqlite(path, clock);
  }));

describe.skipIf(noMysql !== undefined)(
  `two servers on one MySQL${noMysql === undefined ? "" : `: skipped, ${noMysql}`}`,
  () => {
    beforeAll(() => database.drop());
    afterAll(() => database.drop());

    describe("alone", () => sharedStore(() => mysqlStore()));

    describe.skipIf(noMysqlOrRedis !== undefined)(
      `and Redis${noMysqlOrRedis === undefined ? "" : `: skipped, ${noMysqlOrRedis}`}`,
      () => {
        afterAll(() => keys.drop());

        sharedStore(() => mysqlStore(keys.nextUrl()));
      },
    );
  },
);
