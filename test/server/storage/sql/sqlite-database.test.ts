import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { SqliteDatabase } from "../../../../src/server/storage/sql/sqlite-database.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-sqlite-database-"));
const opened: SqliteDatabase[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("SqliteDatabase", () => {
  it("goes on reading, and does not stop the process, while another one holds the file", async () => {
    const path = join(folder, "chat.db");
    const db = SqliteDatabase.open(path);
    opened.push(db);
    await db.run("CREATE TABLE t (n INTEGER)");
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    let isWritten = false;
    const writing = db.run("INSERT INTO t VALUES (1)").then(() => {
      isWritten = true;
    });
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(await db.all("SELECT n FROM t")).toEqual([]);
    expect(isWritten).toBe(false);
    other.exec("COMMIT");
    await writing;
    expect(await db.all("SELECT n FROM t")).toEqual([{ n: 1 }]);
    other.close();
  });

  it("commits what waits together, and of what fails nothing, whatever came with it", async () => {
    const db = SqliteDatabase.open(join(folder, "together.db"));
    opened.push(db);
    await db.run("CREATE TABLE t (n INTEGER PRIMARY KEY)");
    const insert = (...numbers: number[]) =>
      db.transaction(async (session) => {
        for (const n of numbers) await session.run("INSERT INTO t VALUES (?)", [n]);
        return numbers.length;
      });
    const outcomes = await Promise.allSettled([insert(1, 2), insert(3, 2), insert(3), insert(1), insert(4)]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []))).toEqual([2, 1, 1]);
    expect(await db.all("SELECT n FROM t ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  });
});
