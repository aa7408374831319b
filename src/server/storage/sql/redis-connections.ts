import { Redis } from "ioredis";
import { StorageOpenError } from "../storage-open-error.js";
import type { RedisGroup, RedisTarget } from "./redis-url.js";

/** A command that has waited through so many reconnects fails. */
const RETRIES_MAX = 2;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_MS = 1_000;

/** Sets a hash field unless it holds a greater number: what is read stays read, whoever comes late. */
const RAISE_FIELD = `
local held = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > held then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1`;

/** Sets a counter unless it holds a greater number. */
const RAISE_COUNTER = `
local held = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) > held then redis.call('SET', KEYS[1], ARGV[1]) end
return 1`;

/** Sets a member's score unless it is greater already; ZADD … GT is not there before Redis 6.2. */
const RAISE_SCORE = `
local held = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > held then redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1]) end
return 1`;

interface RedisScripts {
  raiseField(key: string, field: string, atLeast: number): Promise<number>;
  raiseCounter(key: string, atLeast: number): Promise<number>;
  raiseScore(key: string, member: string, atLeast: number): Promise<number>;
}

export type RedisConnection = Redis & RedisScripts;

/** One connection for each database number in use; commands of a tick travel together. */
export class RedisConnections {
  readonly #byNumber = new Map<number, RedisConnection>();

  private constructor(private readonly target: RedisTarget) {}

  /** @throws StorageOpenError */
  static async open(target: RedisTarget): Promise<RedisConnections> {
    const connections = new RedisConnections(target);
    const groups: readonly RedisGroup[] = ["unread", "group_set", "token", "group_member"];
    try {
      for (const group of groups) await connections.#connect(target.numbers[group]);
    } catch (error) {
      connections.close();
      const { code, message } = error as { code?: string; message: string };
      const reason =
        code === undefined ? message : `no Redis server answers at ${target.host}:${target.port} (${code})`;
      throw new StorageOpenError(`${target.shown}: ${reason}`);
    }
    return connections;
  }

  of(group: RedisGroup): RedisConnection {
    const connection = this.#byNumber.get(this.target.numbers[group]);
    if (connection === undefined) throw new Error(`no connection for the keys of ${group}`);
    return connection;
  }

  close(): void {
    for (const connection of this.#byNumber.values()) connection.disconnect();
  }

  async #connect(db: number): Promise<void> {
    if (this.#byNumber.has(db)) return;
    const { host, port, username, password, prefix } = this.target;
    const connection = new Redis({
      host,
      port,
      db,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      keyPrefix: prefix,
      lazyConnect: true,
      enableAutoPipelining: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxRetriesPerRequest: RETRIES_MAX,
      retryStrategy: (times) => Math.min(times * 50, RECONNECT_MAX_MS),
    }) as RedisConnection;
    let failure: Error | undefined;
    // The commands that fail say so themselves; without a listener each lost connection would be printed.
    connection.on("error", (error: Error) => {
      failure = error;
    });
    connection.defineCommand("raiseField", { numberOfKeys: 1, lua: RAISE_FIELD });
    connection.defineCommand("raiseCounter", { numberOfKeys: 1, lua: RAISE_COUNTER });
    connection.defineCommand("raiseScore", { numberOfKeys: 1, lua: RAISE_SCORE });
    this.#byNumber.set(db, connection);
    await connection.connect().catch((error: Error) => {
      throw failure ?? error;
    });
    await connection.ping();
  }
}
