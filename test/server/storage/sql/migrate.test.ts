import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MysqlDatabase } from "../../../../src/server/storage/sql/mysql-database.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { openSqlite } from "../../../../src/server/storage/sql/open-sqlite.js";
import { noMysql, TestDatabase } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-migrate-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function openAndClose(path: string): Promise<void> {
  await (await openSqlite(path, new FakeClock())).storage.close();
}

function plan(path: string, sql: string): string {
  const file = new DatabaseSync(path);
  const [step] = file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
  file.close();
  return step?.detail ?? "";
}

it.each(["made anew", "made before there was an index of users' times"])(
  "a SQLite file %s finds the newest time of all users without looking at each",
  async (which) => {
    const path = join(folder, `${which.length}.db`);
    await openAndClose(path);
    if (which !== "made anew") {
      const file = new DatabaseSync(path);
      file.exec("DROP INDEX IMUser_updated; DELETE FROM ttk_migration WHERE number = 5");
      file.close();
      expect(plan(path, "SELECT MAX(updated) FROM IMUser")).not.toContain("IMUser_updated");
      await openAndClose(path);
    }
    expect(plan(path, "SELECT MAX(updated) FROM IMUser")).toContain("IMUser_updated");
  },
);

it("a SQLite file finds the user of a push token without looking at each", async () => {
  const path = join(folder, "tokens.db");
  await openAndClose(path);
  const file = new DatabaseSync(path);
  file.exec("DROP INDEX IF EXISTS ttk_device_token; DELETE FROM ttk_migration WHERE number = 7");
  file.close();
  await openAndClose(path);
  expect(plan(path, "DELETE FROM ttk_device WHERE token = 'x' AND userId <> 1")).toContain("ttk_device_token");
});

describe.skipIf(noMysql !== undefined)(`a MySQL store${noMysql === undefined ? "" : `: skipped, ${noMysql}`}`, () => {
  const database = new TestDatabase(`ttk_test_migrate_${process.pid}`);
  beforeAll(() => database.drop());
  afterAll(() => database.drop());

  it("of our own gets an index of users' times, once", async () => {
    const mysql = parseMysqlUrl(database.url);
    if (mysql === undefined) throw new Error("not a URL");
    const open = () => openMysql({ mysql, clock: new FakeClock(), create: true });
    await (await open()).storage.close();
    const db = await MysqlDatabase.open(mysql);
    const indexes = () => db.all("SHOW INDEX FROM IMUser WHERE Column_name = 'updated'");
    expect(await indexes()).toHaveLength(1);
    // Interrupted between the index and its mark.
    await db.run("DELETE FROM ttk_migration WHERE number = 6");
    await (await open()).storage.close();
    expect(await indexes()).toHaveLength(1);
    await db.close();
  });

  it("names its indexes as a deployment's, also those that were named otherwise before", async () => {
    const mysql = parseMysqlUrl(database.url);
    if (mysql === undefined) throw new Error("not a URL");
    const open = async () => (await openMysql({ mysql, clock: new FakeClock(), create: true })).storage.close();
    await open();
    const db = await MysqlDatabase.open(mysql);
    const asOriginals = () => db.all("SELECT msgId FROM IMMessage_3 FORCE INDEX (idx_relateId_status_created)");
    expect(await asOriginals()).toEqual([]);
    await db.run("ALTER TABLE IMMessage_3 RENAME INDEX idx_relateId_status_created TO relateId_status_created");
    await expect(asOriginals()).rejects.toThrow("idx_relateId_status_created");
    await open();
    expect(await asOriginals()).toEqual([]);
    await db.close();
  });

  it("is not made of a deployment's tables with users, whose counters are in Redis", async () => {
    const mysql = parseMysqlUrl(database.url);
    if (mysql === undefined) throw new Error("not a URL");
    const open = () => openMysql({ mysql, clock: new FakeClock(), create: true });
    await (await open()).storage.close();
    const db = await MysqlDatabase.open(mysql);
    await db.run("INSERT INTO IMUser (name) VALUES ('ann')");
    const ours = async () => (await db.all<Record<string, string>>("SHOW TABLES LIKE 'ttk%'")).flatMap(Object.values);
    for (const table of await ours()) await db.run(`DROP TABLE ${table}`);
    await expect(open()).rejects.toThrow(
      `${mysql.shown}: a deployment's users are there, and its counters in Redis: give --redis redis://host`,
    );
    expect(await ours()).toEqual([]);
    await db.run("DELETE FROM IMUser");
    await (await open()).storage.close();
    expect(await ours()).toContain("ttk_migration");
    await db.close();
  });

  it("of our own gets an index of push tokens", async () => {
    const mysql = parseMysqlUrl(database.url);
    if (mysql === undefined) throw new Error("not a URL");
    await (await openMysql({ mysql, clock: new FakeClock(), create: true })).storage.close();
    const db = await MysqlDatabase.open(mysql);
    const indexes = await db.all<{ Key_name: string; Sub_part: number }>(
      "SHOW INDEX FROM ttk_device WHERE Column_name = 'token'",
    );
    expect(indexes).toMatchObject([{ Key_name: "token", Sub_part: 191 }]);
    await db.close();
  });
});
