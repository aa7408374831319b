import { type MysqlTarget, parseMysqlUrl } from "./sql/mysql-url.js";
import { parseRedisUrl, type RedisTarget } from "./sql/redis-url.js";

export type StorageTarget =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly path: string }
  | {
      readonly kind: "mysql";
      readonly mysql: MysqlTarget;
      readonly redis: RedisTarget | undefined;
      readonly audioMsfs?: string;
    };

/** `memory`, `sqlite:PATH`, or `mysql://user:password@host:port/database`; `undefined` when it is none of them. */
export function parseStorageUrl(text: string): StorageTarget | undefined {
  if (text === "memory") return { kind: "memory" };
  const [, path = ""] = /^sqlite:(?:\/\/(?=\/))?(.+)$/s.exec(text) ?? [];
  if (path !== "") return { kind: "sqlite", path };
  const mysql = parseMysqlUrl(text);
  return mysql === undefined ? undefined : { kind: "mysql", mysql, redis: undefined };
}

/** A deployment's storage: MySQL as parsed, with its live state in Redis; `undefined` when the URL is not Redis's. */
export function withRedis(
  target: StorageTarget & { readonly kind: "mysql" },
  redisUrl: string,
): StorageTarget | undefined {
  const redis = parseRedisUrl(redisUrl);
  return redis === undefined ? undefined : { ...target, redis };
}
