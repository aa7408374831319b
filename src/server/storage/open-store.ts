import type { Clock } from "../clock.js";
import type { OpenedStore } from "./opened-store.js";
import type { StorageTarget } from "./storage-url.js";

/**
 * Opens a durable store; its driver is loaded only now.
 * @param create whether a missing MySQL database is made; a missing SQLite file always is
 * @throws StorageOpenError
 */
export async function openStore(
  target: Exclude<StorageTarget, { readonly kind: "memory" }>,
  clock: Clock,
  create: boolean,
): Promise<OpenedStore> {
  if (target.kind === "sqlite") {
    const { openSqlite } = await import("./sql/open-sqlite.js");
    return openSqlite(target.path, clock);
  }
  const { openMysql } = await import("./sql/open-mysql.js");
  return openMysql({ mysql: target.mysql, redis: target.redis, clock, create, audioMsfs: target.audioMsfs });
}
