import { MysqlDatabase } from "./mysql-database.js";
import type { MysqlTarget } from "./mysql-url.js";

/**
 * Whether a MySQL database holds a deployment's tables that no server of ours has made: then original servers share it, and
 * keep their counters and group members in Redis (storage.md).
 * @throws StorageOpenError when the database cannot be reached, or is not there
 */
export async function isMadeByOthers(target: MysqlTarget): Promise<boolean> {
  const db = await MysqlDatabase.open(target);
  try {
    return await hasForeignTables(db);
  } finally {
    await db.close();
  }
}

/** The same of a database that is open. */
export async function hasForeignTables(db: MysqlDatabase): Promise<boolean> {
  const rows = await db.all<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
  );
  const names = new Set(rows.map(({ name }) => name));
  return names.has("IMUser") && !names.has("ttk_migration");
}
