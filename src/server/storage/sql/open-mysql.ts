import { type Clock, nowSeconds } from "../../clock.js";
import type { OpenedStore } from "../opened-store.js";
import { StorageOpenError } from "../storage-open-error.js";
import { hasForeignTables } from "./foreign-tables.js";
import { GroupSessionSweep } from "./group-session-sweep.js";
import type { LiveState } from "./live-state.js";
import { MessageTables } from "./message-tables.js";
import { createMissingTables, emptyTables, migrate, nameIndexes } from "./migrate.js";
import { MysqlDatabase, type MysqlOptions } from "./mysql-database.js";
import type { MysqlTarget } from "./mysql-url.js";
import { RedisConnections } from "./redis-connections.js";
import { RedisState } from "./redis-state.js";
import type { RedisTarget } from "./redis-url.js";
import { seedStore, userCount } from "./seed-store.js";
import { SoundFiles } from "./sound-files.js";
import { SqlStorage } from "./sql-storage.js";
import { TableState } from "./table-state.js";

export interface MysqlStoreOptions extends MysqlOptions {
  readonly mysql: MysqlTarget;
  /** With it the store is a deployment's, shared with original servers; else all is in tables, some of them our own. */
  readonly redis?: RedisTarget | undefined;
  readonly clock: Clock;
  /** URL of the msfs that keeps the sound of audio messages; without it sounds of up to 4 KB stay in the message tables. */
  readonly audioMsfs?: string | undefined;
}

/** @throws StorageOpenError */
export async function openMysql(options: MysqlStoreOptions): Promise<OpenedStore> {
  const { mysql, redis, clock, audioMsfs } = options;
  const db = await MysqlDatabase.open(mysql, options);
  const sounds = audioMsfs === undefined ? undefined : new SoundFiles(audioMsfs);
  try {
    return redis === undefined ? await inTables(db, clock, sounds) : await withRedis(db, redis, clock, sounds);
  } catch (error) {
    await db.close();
    if (error instanceof StorageOpenError) throw error;
    throw new StorageOpenError(`${mysql.shown}: ${(error as Error).message}`);
  }
}

async function inTables(db: MysqlDatabase, clock: Clock, sounds?: SoundFiles): Promise<OpenedStore> {
  // Message ids would begin at 1 again beside those that are there.
  if ((await hasForeignTables(db)) && (await userCount(db)) > 0) {
    throw new Error("a deployment's users are there, and its counters in Redis: give --redis redis://host");
  }
  await migrate(db);
  await nameIndexes(db);
  const live = new TableState(db);
  return {
    ...storeOver(db, live, new SqlStorage(db, live, clock, undefined, sounds), clock),
    empty: () => emptyTables(db),
  };
}

async function withRedis(
  db: MysqlDatabase,
  redis: RedisTarget,
  clock: Clock,
  sounds?: SoundFiles,
): Promise<OpenedStore> {
  const connections = await RedisConnections.open(redis);
  try {
    await createMissingTables(db);
    await nameIndexes(db);
  } catch (error) {
    connections.close();
    throw error;
  }
  const live = new RedisState(connections, new MessageTables(db));
  const sweep = new GroupSessionSweep(db, connections.of("unread"), () => nowSeconds(clock));
  const storage = new SqlStorage(db, live, clock, () => sweep.stop(), sounds);
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
