import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { failureText } from "../../../../src/server/storage/failure-text.js";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { MysqlDatabase } from "../../../../src/server/storage/sql/mysql-database.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import type { SqlSession } from "../../../../src/server/storage/sql/sql-database.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { noMysql, TestDatabase } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";
import { MysqlProxy } from "../../../helpers/mysql-proxy.js";

const SILENCE_MAX_MS = 2_000;
const TIMEOUT_MS = 60_000;
const database = new TestDatabase(`ttk_test_silence_${process.pid}`);
let proxy: MysqlProxy;
let storage: Storage;

const say = async (content: string, fromId = 1, toId = 2) =>
  storage.messages.append({
    fromId,
    to: { kind: 1, id: toId },
    type: 1,
    content: Buffer.from(content),
    created: 1_800_000_000,
  });
const textsOfBoth = async () =>
  (await storage.messages.history(2, { kind: 1, id: 1 }, 0, 100)).map(({ msgId, content }) => `${msgId} ${content}`);
const textOf = (failed: Promise<unknown>) => failed.then(() => "done", failureText);
const silent = `MySQL does not answer (silent for ${SILENCE_MAX_MS / 1000} s)`;

describe.skipIf(noMysql !== undefined)(
  `a MySQL server that says nothing any more${noMysql === undefined ? "" : `: skipped, ${noMysql}`}`,
  () => {
    beforeEach(async () => {
      const mysql = parseMysqlUrl(database.url);
      if (mysql === undefined) throw new Error("not a URL");
      proxy = await MysqlProxy.to(mysql);
      const through = { ...mysql, port: proxy.port };
      const store = await openMysql({
        mysql: through,
        clock: new FakeClock(),
        create: true,
        silenceMaxMs: SILENCE_MAX_MS,
      });
      await store.seed(parseSeedFixture(crowdFixture(4), "crowd"));
      storage = store.storage;
      expect(await say("first")).toBe(1);
    });
    afterEach(async () => {
      await storage.close();
      proxy.stop();
      await database.drop();
    });
    afterAll(() => database.drop());

    it(
      "fails the messages that it was to store, and stores the next ones over new connections",
      async () => {
        const silence = proxy.silenceAt(/INSERT INTO IMMessage/, "question");
        const lost = [say("lost"), say("as well", 3, 4)];
        await silence;
        proxy.speak();
        const waiting = say("after it");
        expect(await Promise.all(lost.map(textOf))).toEqual([silent, silent]);
        expect(await waiting).toBe(2);
        expect(await textsOfBoth()).toEqual(["2 after it", "1 first"]);
      },
      TIMEOUT_MS,
    );

    it(
      "stores nothing twice whose commit it did, and did not answer",
      async () => {
        const silence = proxy.silenceAt(/COMMIT/, "answer");
        const unanswered = say("second");
        await silence;
        proxy.speak();
        expect(await textOf(unanswered)).toBe(silent);
        expect(await say("third")).toBe(3);
        expect(await textsOfBoth()).toEqual(["3 third", "2 second", "1 first"]);
      },
      TIMEOUT_MS,
    );

    it(
      "fails what it is asked, on as many connections as there are",
      async () => {
        const silence = proxy.silenceAt(/FROM IMUser/, "question");
        const asked = Array.from({ length: 20 }, () => storage.accounts.byIds([1]));
        await silence;
        expect(await textOf(asked[0] as Promise<unknown>)).toBe(silent);
        proxy.speak();
        await Promise.allSettled(asked);
        expect(await storage.accounts.byIds([1])).toHaveLength(1);
      },
      TIMEOUT_MS,
    );

    it(
      "keeps a lost transaction's locks no longer than it is waited for, so that the next first contact need not fail",
      async () => {
        await storage.close();
        const mysql = parseMysqlUrl(database.url);
        if (mysql === undefined) throw new Error("not a URL");
        const through = { ...mysql, port: proxy.port };
        // Three times this would be longer than a lock is waited for.
        ({ storage } = await openMysql({ mysql: through, clock: new FakeClock(), silenceMaxMs: 3 * SILENCE_MAX_MS }));
        const silence = proxy.silenceAt(/INSERT INTO IMRelationShip/, "question");
        const lost = say("lost", 1, 3);
        await silence;
        proxy.speak();
        expect(await textOf(lost)).toBe(`MySQL does not answer (silent for ${(3 * SILENCE_MAX_MS) / 1000} s)`);
        expect(await textOf(say("after it", 1, 4))).toBe("done");
      },
      TIMEOUT_MS,
    );

    it(
      "may take its time where tables are made, and only there",
      async () => {
        const mysql = parseMysqlUrl(database.url);
        if (mysql === undefined) throw new Error("not a URL");
        const db = await MysqlDatabase.open({ ...mysql, port: proxy.port }, { silenceMaxMs: SILENCE_MAX_MS });
        const slowly = (session: SqlSession) => session.all("SELECT SLEEP(?) AS slept", [(2 * SILENCE_MAX_MS) / 1000]);
        expect(await db.alone("slow", slowly, { takesLong: true })).toEqual([{ slept: 0 }]);
        // Over the same connection.
        expect(await textOf(db.transaction(slowly))).toBe(silent);
        await db.close();
      },
      TIMEOUT_MS,
    );
  },
);
