import { connect } from "node:net";
import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";
import {
  counterTables,
  deploymentTables,
  handedOutTables,
  loginTables,
} from "../../src/server/storage/sql/schema-tables.js";

/** Where the services are; each test file takes a database and a prefix of its own there. */
const mysqlAt = { host: "127.0.0.1", port: 3306, user: "root" };
const redisAt = { host: "127.0.0.1", port: 6379, db: 9 };
/** storage.md: unread, group_set, sync, token, group_member. */
const shippedDbs = [1, 2, 3, 4, 5];
const PROBE_TIMEOUT_MS = 1_000;

const hasMysql = await listens(mysqlAt);
const hasRedis = await listens(redisAt);

/** Why tests that need the services are skipped, or `undefined`. */
export const noMysql = hasMysql ? undefined : `no MySQL or MariaDB at ${mysqlAt.host}:${mysqlAt.port}`;
export const noMysqlOrRedis = noMysql ?? (hasRedis ? undefined : `no Redis at ${redisAt.host}:${redisAt.port}`);

/** A database for tests: made, emptied and dropped. */
export class TestDatabase {
  readonly url: string;

  constructor(private readonly name: string) {
    this.url = `mysql://${mysqlAt.user}@${mysqlAt.host}:${mysqlAt.port}/${name}`;
  }

  /** For servers that do not make one themselves. */
  make(): Promise<void> {
    return this.#run((query) => query(`CREATE DATABASE IF NOT EXISTS ${this.name}`));
  }

  drop(): Promise<void> {
    return this.#run((query) => query(`DROP DATABASE IF EXISTS ${this.name}`));
  }

  /** Makes a deployment's tables empty, and leaves them. */
  async empty(): Promise<void> {
    await this.#run(async (query) => {
      const [tables] = await query(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${this.name}'`,
      );
      const there = new Set((tables as { name: string }[]).map(({ name }) => name));
      const ours = [...deploymentTables, ...counterTables, ...loginTables, ...handedOutTables]
        .map(({ name }) => name)
        .filter((name) => there.has(name));
      const deletes = ours.map((name) => `DELETE FROM ${this.name}.${name}`);
      await query(["BEGIN", ...deletes, "COMMIT"].join(";"));
    });
  }

  async #run(work: (query: (sql: string) => Promise<unknown[]>) => Promise<unknown>): Promise<void> {
    const connection = await createConnection({ ...mysqlAt, multipleStatements: true });
    try {
      await work((sql) => connection.query(sql));
    } finally {
      await connection.end();
    }
  }
}

/** Keys for tests, under a prefix that nobody else has. */
export class TestKeys {
  #used = 0;

  constructor(private readonly name: string) {}

  /** Another empty key space. */
  nextUrl(): string {
    this.#used++;
    return `redis://${redisAt.host}:${redisAt.port}/${redisAt.db}?prefix=${this.name}-${this.#used}:`;
  }

  /** Another empty key space in the databases of the shipped deployment. */
  nextShippedUrl(): string {
    const { search } = new URL(this.nextUrl());
    return `redis://${redisAt.host}:${redisAt.port}${search}`;
  }

  /** Those in a database that begin with the prefix of a URL, without it. */
  async list(url: string, db: number): Promise<string[]> {
    const prefix = new URL(url).searchParams.get("prefix") ?? "";
    return (await this.#scan(db, `${prefix}*`)).map((key) => key.slice(prefix.length)).sort();
  }

  /** Deletes all of them. */
  async drop(): Promise<void> {
    for (const db of [redisAt.db, ...shippedDbs]) {
      const keys = await this.#scan(db, `${this.name}-*`);
      const redis = new Redis({ ...redisAt, db });
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
    }
  }

  async #scan(db: number, match: string): Promise<string[]> {
    const redis = new Redis({ ...redisAt, db });
    const found = new Set<string>();
    for await (const keys of redis.scanStream({ match, count: 1000 }))
      for (const key of keys as string[]) found.add(key);
    redis.disconnect();
    return [...found];
  }
}

function listens({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.on("connect", () => answer(true));
    socket.on("error", () => answer(false));
    socket.on("timeout", () => answer(false));
  });
}
