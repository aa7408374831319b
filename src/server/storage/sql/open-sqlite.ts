import { statSync } from "node:fs";
import { DatabaseSync } from "@photostructure/sqlite";
import { type Clock, nowSeconds } from "../../clock.js";
import type { OpenedStore } from "../opened-store.js";
import { StorageOpenError } from "../storage-open-error.js";
import { emptyTables, migrate } from "./migrate.js";
import { seedStore, userCount } from "./seed-store.js";
import { SqlStorage } from "./sql-storage.js";
import { SqliteDatabase } from "./sqlite-database.js";
import { TableState } from "./table-state.js";

/** Opens a SQLite file as a store, made or brought up to date when need be. @throws StorageOpenError */
export async function openSqlite(path: string, clock: Clock): Promise<OpenedStore> {
  refuseForeign(path);
  const db = SqliteDatabase.open(path);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw new StorageOpenError(`sqlite:${path}: ${(error as Error).message}`);
  }
  const live = new TableState(db);
  return {
    storage: new SqlStorage(db, live, clock),
    userCount: () => userCount(db),
    seed: (data, options) => seedStore(db, live, data, nowSeconds(clock), options),
    empty: () => emptyTables(db),
  };
}

/** Before anything is written: a file of another program is left as it is. */
function refuseForeign(path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  let names: string[];
  try {
    const db = new DatabaseSync(path, { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    db.close();
    names = tables.map(({ name }) => name);
  } catch (error) {
    throw new StorageOpenError(`sqlite:${path}: ${(error as Error).message}`);
  }
  if (names.length === 0 || names.includes("ttk_migration")) return;
  throw new StorageOpenError(`sqlite:${path}: is another program's: it holds ${names[0]}, and not ttk_migration`);
}
