import { type Clock, nowSeconds } from "../../clock.js";
import type { OpenedStore } from "../opened-store.js";
import { StorageOpenError } from "../storage-open-error.js";
import { GroupSessionSweep } from "./group-session-sweep.js";
import type { LiveState } from "./live-state.js";
import { MessageTables } from "./message-tables.js";
import { createMissingTables, emptyTables, migrate } from "./migrate.js";
import { MysqlDatabase } from "./mysql-database.js";
import type { MysqlTarget } from "./mysql-url.js";
import { RedisConnections } from "./redis-connections.js";
import { RedisState } from "./redis-state.js";
import type { RedisTarget } from "./redis-url.js";
import { seedStore, userCount } from "./seed-store.js";
import { SqlStorage } from "./sql-storage.js";
import { TableState } from "./table-state.js";

export interface MysqlStoreOptions {
  readonly mysql: MysqlTarget;
  /** With it the store is a deployment's, shared with original servers; else all is in tables, some of them our own. */
  readonly redis?: RedisTarget | undefined;
  readonly clock: Clock;
  /** Whether a missing database is made. */
  readonly create?: boolean;
}

/** @throws StorageOpenError */
export async function openMysql({ mysql, redis, clock, create = false }: MysqlStoreOptions): Promise<OpenedStore> {
  const db = await MysqlDatabase.open(mysql, create);
  try {
    return redis === undefined ? await inTables(db, clock) : await withRedis(db, redis, clock);
  } catch (error) {
    await db.close();
    if (error instanceof StorageOpenError) throw error;
    throw new StorageOpenError(`${mysql.shown}: ${(error as Error).message}`);
  }
}

async function inTables(db: MysqlDatabase, clock: Clock): Promise<OpenedStore> {
  await migrate(db);
  const live = new TableState(db);
  return { ...storeOver(db, live, new SqlStorage(db, live, clock), clock), empty: () => emptyTables(db) };
}

async function withRedis(db: MysqlDatabase, redis: RedisTarget, clock: Clock): Promise<OpenedStore> {
  const connections = await RedisConnections.open(redis);
  try {
    await createMissingTables(db);
  } catch (error) {
    connections.close();
    throw error;
  }
  const live = new RedisState(connections, new MessageTables(db));
  const sweep = new GroupSessionSweep(db, connections.of("unread"), () => nowSeconds(clock));
  const storage = new SqlStorage(db, live, clock, () => sweep.stop());
  const empty = () =>
    Promise.reject(new StorageOpenError("a deployment with Redis may be in use by others: empty it yourself"));
  return { ...storeOver(db, live, storage, clock), empty };
}

function storeOver(db: MysqlDatabase, live: LiveState, storage: SqlStorage, clock: Clock): Omit<OpenedStore, "empty"> {
  return {
    storage,
    userCount: () => userCount(db),
    seed: (data, options) => seedStore(db, live, data, nowSeconds(clock), options),
  };
}
