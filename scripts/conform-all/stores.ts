import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";

export const storageNames = ["memory", "sqlite", "mysql+redis", "mysql"] as const;
export type StorageName = (typeof storageNames)[number];

export interface Services {
  /** `mysql://user:password@host`; each store has a database of its own there. */
  readonly mysql: string;
  /** `redis://host:port/database`; each store has a prefix of its own. */
  readonly redis: string;
}

/** An empty store for one cluster. */
export interface Store {
  /** Of `ttk serve`. */
  readonly options: readonly string[];
  /** Deletes what is in it. */
  drop(): Promise<void>;
}

const REDIS_SCAN_COUNT = 1000;
let made = 0;

export async function newStore(name: StorageName, services: Services): Promise<Store> {
  const own = `ttk_conform_all_${process.pid}_${++made}`;
  switch (name) {
    case "memory":
      return { options: ["--storage", "memory"], drop: async () => {} };
    case "sqlite": {
      const folder = mkdtempSync(join(tmpdir(), "ttk-conform-all-"));
      const options = ["--storage", `sqlite:${join(folder, "chat.db")}`];
      return { options, drop: async () => rmSync(folder, { recursive: true, force: true }) };
    }
    case "mysql":
      await onServer(services.mysql, `CREATE DATABASE ${own}`);
      return {
        options: ["--storage", databaseAt(services.mysql, own)],
        drop: () => onServer(services.mysql, `DROP DATABASE ${own}`),
      };
    case "mysql+redis": {
      await onServer(services.mysql, `CREATE DATABASE ${own}`);
      const redis = new URL(services.redis);
      redis.searchParams.set("prefix", `${own}:`);
      return {
        options: ["--storage", databaseAt(services.mysql, own), "--redis", redis.href],
        async drop() {
          await onServer(services.mysql, `DROP DATABASE ${own}`);
          await dropKeys(services.redis, `${own}:*`);
        },
      };
    }
  }
}

function databaseAt(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer(server: string, statement: string): Promise<void> {
  const connection = await createConnection(server);
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

async function dropKeys(url: string, pattern: string): Promise<void> {
  const redis = new Redis(url);
  for await (const keys of redis.scanStream({ match: pattern, count: REDIS_SCAN_COUNT })) {
    if ((keys as string[]).length > 0) await redis.del(...(keys as string[]));
  }
  redis.disconnect();
}

/** Why a storage cannot be had here; nothing for those that can. */
export async function missingServices({ mysql, redis }: Services): Promise<Partial<Record<StorageName, string>>> {
  const [noMysql, noRedis] = await Promise.all([
    unreachable(askMysql(mysql), "MySQL"),
    unreachable(askRedis(redis), "Redis"),
  ]);
  const noBoth = noMysql ?? noRedis;
  return {
    ...(noMysql === undefined ? {} : { mysql: noMysql }),
    ...(noBoth === undefined ? {} : { "mysql+redis": noBoth }),
  };
}

async function unreachable(asked: Promise<void>, service: string): Promise<string | undefined> {
  return asked.then(
    () => undefined,
    (error: Error & { code?: string }) => `no ${service} here: ${error.message || error.code}`,
  );
}

async function askMysql(url: string): Promise<void> {
  const connection = await createConnection(url);
  await connection.end();
}

async function askRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  // Told by connect() as well.
  redis.on("error", () => {});
  await redis.connect();
  redis.disconnect();
}
