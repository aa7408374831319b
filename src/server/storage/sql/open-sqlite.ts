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
