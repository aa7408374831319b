import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type { SeedData } from "../../../../src/server/storage/seed-data.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { parseRedisUrl } from "../../../../src/server/storage/sql/redis-url.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { storageContract } from "../../../contract/storage-contract.js";
import { noMysql, noMysqlOrRedis, TestDatabase, TestKeys } from "../../../helpers/database-services.js";
import type { FakeClock } from "../../../helpers/fake-clock.js";

const database = new TestDatabase(`ttk_test_${process.pid}`);
const keys = new TestKeys(`ttk-test-${process.pid}`);
const opened: Storage[] = [];

async function open(seed: SeedData, clock: FakeClock, redisUrl?: string): Promise<Storage> {
  const mysql = parseMysqlUrl(database.url);
  if (mysql === undefined) throw new Error(`not a URL: ${database.url}`);
  await database.empty();
  const redis = redisUrl === undefined ? undefined : parseRedisUrl(redisUrl);
  const store = await openMysql({ mysql, redis, clock, create: true });
  opened.push(store.storage);
  await store.seed(seed);
  return store.storage;
}

describe.skipIf(noMysql !== undefined)(`mysql${noMysql === undefined ? "" : `: skipped, ${noMysql}`}`, () => {
  beforeAll(() => database.drop());
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.close();
  });
  afterAll(() => database.drop());

  storageContract("mysql alone", (seed, clock) => open(seed, clock), { historyRuns: 5 });

  describe.skipIf(noMysqlOrRedis !== undefined)(
    `with redis${noMysqlOrRedis === undefined ? "" : `: skipped, ${noMysqlOrRedis}`}`,
    () => {
      afterAll(() => keys.drop());

      storageContract("mysql with redis", (seed, clock) => open(seed, clock, keys.nextUrl()), { historyRuns: 5 });
    },
  );
});
