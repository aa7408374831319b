import {
  counterTables,
  createStatements,
  deploymentTables,
  handedOutTables,
  loginTables,
  mysqlIndexName,
  type SqlTable,
} from "./schema-tables.js";
import type { SqlDatabase, SqlSession } from "./sql-database.js";

interface Migration {
  readonly number: number;
  readonly tables?: readonly SqlTable[];
  /** Statements for SQLite alone. */
  readonly sqlite?: readonly string[];
  /** Indexes for MySQL alone, by table. */
  readonly mysqlIndexes?: Readonly<Record<string, readonly string[]>>;
}

/** In order; what has been released is never changed, only followed. */
const migrations: readonly Migration[] = [
  { number: 1, tables: deploymentTables },
  { number: 2, tables: counterTables },
  { number: 3, tables: loginTables },
  { number: 4, tables: handedOutTables },
  // For the newest time of all users, which each change of a user asks for (PUL-09).
  { number: 5, sqlite: ["CREATE INDEX IF NOT EXISTS IMUser_updated ON IMUser (updated)"] },
  { number: 6, mysqlIndexes: { IMUser: ["updated"] } },
  // For the user whom a token is taken from. MySQL has no index of more than 3072 bytes.
  {
    number: 7,
    sqlite: ["CREATE INDEX IF NOT EXISTS ttk_device_token ON ttk_device (token)"],
    mysqlIndexes: { ttk_device: ["token(191)"] },
  },
];

/** Brings a store of our own up to date. Each step can be repeated, so that an interrupted one does no harm. */
export async function migrate(db: SqlDatabase): Promise<void> {
  await db.alone(
    "migrate",
    async (session) => {
      await session.run("CREATE TABLE IF NOT EXISTS ttk_migration (number INTEGER NOT NULL PRIMARY KEY)");
      const done = await session.all<{ number: number }>("SELECT number FROM ttk_migration");
      for (const { number, tables = [], sqlite = [], mysqlIndexes = {} } of migrations) {
        if (done.some((one) => one.number === number)) continue;
        for (const table of tables) {
          for (const statement of createStatements(table, db.dialect)) await session.run(statement);
        }
        if (db.dialect === "sqlite") for (const statement of sqlite) await session.run(statement);
        else for (const [table, columns] of Object.entries(mysqlIndexes)) await addIndex(session, table, columns);
        await session.run("INSERT INTO ttk_migration (number) VALUES (?)", [number]);
      }
    },
    { takesLong: true },
  );
}

/** MySQL knows no CREATE INDEX IF NOT EXISTS. */
async function addIndex(session: SqlSession, table: string, columns: readonly string[]): Promise<void> {
  const name = columns.join("_").replaceAll(/\(\d+\)/g, "");
  const there = await session.all<object>(
    `SELECT index_name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?`,
    [table, name],
  );
  if (there.length === 0) await session.run(`CREATE INDEX ${name} ON ${table} (${columns.join(", ")})`);
}

/** In a MySQL deployment that others share: makes the tables that are missing, and touches nothing else. */
export async function createMissingTables(db: SqlDatabase): Promise<void> {
  const listed = await db.all<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
  );
  const there = new Set(listed.map(({ name }) => name));
  const missing = deploymentTables.filter(({ name }) => !there.has(name));
  if (missing.length === 0) return;
  await db.alone(
    "migrate",
    async (session) => {
      for (const table of missing) {
        for (const statement of createStatements(table, db.dialect)) await session.run(statement);
      }
    },
    { takesLong: true },
  );
}

/**
 * In MySQL: names the indexes of a deployment's tables as the original servers do, where an earlier version of ours made the
 * tables and named them otherwise. An index of one column is left as it is: by that name it may be anybody's.
 */
export async function nameIndexes(db: SqlDatabase): Promise<void> {
  if ((await indexRenames(db)).length === 0) return;
  await db.alone(
    "migrate",
    async (session) => {
      for (const rename of await indexRenames(session)) await session.run(rename);
    },
    { takesLong: true },
  );
}

async function indexRenames(session: SqlSession): Promise<string[]> {
  const rows = await session.all<{ tableName: string; name: string }>(
    `SELECT DISTINCT table_name AS tableName, index_name AS name FROM information_schema.statistics
     WHERE table_schema = DATABASE()`,
  );
  const there = new Set(rows.map(({ tableName, name }) => `${tableName}.${name}`));
  return deploymentTables.flatMap(({ name: table, indexes = [] }) =>
    indexes
      .filter((columns) => columns.length > 1)
      .map((columns) => ({ former: columns.join("_"), name: mysqlIndexName(columns) }))
      .filter(({ former, name }) => there.has(`${table}.${former}`) && !there.has(`${table}.${name}`))
      .map(({ former, name }) => `ALTER TABLE ${table} RENAME INDEX ${former} TO ${name}`),
  );
}

/** Of a store of our own: all rows, none of the tables. */
export async function emptyTables(db: SqlDatabase): Promise<void> {
  await db.alone(
    "seed",
    async (session) => {
      for (const { name } of [...deploymentTables, ...counterTables, ...loginTables, ...handedOutTables])
        await session.run(`DELETE FROM ${name}`);
    },
    { takesLong: true },
  );
}
