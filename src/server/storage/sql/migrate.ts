import {
  counterTables,
  createStatements,
  deploymentTables,
  handedOutTables,
  loginTables,
  type SqlTable,
} from "./schema-tables.js";
import type { SqlDatabase } from "./sql-database.js";

interface Migration {
  readonly number: number;
  readonly tables?: readonly SqlTable[];
  /** Statements for SQLite alone, whose files nobody else's servers use. */
  readonly sqlite?: readonly string[];
}

/** In order; what has been released is never changed, only followed. */
const migrations: readonly Migration[] = [
  { number: 1, tables: deploymentTables },
  { number: 2, tables: counterTables },
  { number: 3, tables: loginTables },
  { number: 4, tables: handedOutTables },
  // For the newest time of all users, which each change of a user asks for (PUL-09).
  { number: 5, sqlite: ["CREATE INDEX IF NOT EXISTS IMUser_updated ON IMUser (updated)"] },
];

/** Brings a store of our own up to date. Each step can be repeated, so that an interrupted one does no harm. */
export async function migrate(db: SqlDatabase): Promise<void> {
  await db.alone("migrate", async (session) => {
    await session.run("CREATE TABLE IF NOT EXISTS ttk_migration (number INTEGER NOT NULL PRIMARY KEY)");
    const done = await session.all<{ number: number }>("SELECT number FROM ttk_migration");
    for (const { number, tables = [], sqlite = [] } of migrations) {
      if (done.some((one) => one.number === number)) continue;
      for (const table of tables) {
        for (const statement of createStatements(table, db.dialect)) await session.run(statement);
      }
      if (db.dialect === "sqlite") for (const statement of sqlite) await session.run(statement);
      await session.run("INSERT INTO ttk_migration (number) VALUES (?)", [number]);
    }
  });
}

/** In a MySQL deployment that others share: makes the tables that are missing, and touches nothing else. */
export async function createMissingTables(db: SqlDatabase): Promise<void> {
  const listed = await db.all<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
  );
  const there = new Set(listed.map(({ name }) => name));
  const missing = deploymentTables.filter(({ name }) => !there.has(name));
  if (missing.length === 0) return;
  await db.alone("migrate", async (session) => {
    for (const table of missing) {
      for (const statement of createStatements(table, db.dialect)) await session.run(statement);
    }
  });
}

/** Of a store of our own: all rows, none of the tables. */
export async function emptyTables(db: SqlDatabase): Promise<void> {
  await db.alone("seed", async (session) => {
    for (const { name } of [...deploymentTables, ...counterTables, ...loginTables, ...handedOutTables])
      await session.run(`DELETE FROM ${name}`);
  });
}
