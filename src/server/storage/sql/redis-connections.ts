import { Redis } from "ioredis";
import { StorageOpenError } from "../storage-open-error.js";
import type { RedisAddress, RedisGroup, RedisTarget } from "./redis-url.js";

/** A command that has waited through so many reconnects fails: after 5 s at most, so that a restart passes unnoticed. */
const RETRIES_MAX = 9;
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_MS = 500;
/** A server that leaves commands unanswered for so long is given up and connected to anew; the system would wait for hours. */
const SILENCE_MAX_MS = 5_000;

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

/** One connection for each database in use; commands of a tick travel together. */
export class RedisConnections {
  readonly #byPlace = new Map<string, RedisConnection>();

  private constructor(private readonly target: RedisTarget) {}

  /** @throws StorageOpenError */
  static async open(target: RedisTarget): Promise<RedisConnections> {
    const connections = new RedisConnections(target);
    const groups: readonly RedisGroup[] = ["unread", "group_set", "token", "group_member"];
    for (const group of groups) {
      try {
        await connections.#connect(group);
      } catch (error) {
        connections.close();
        const { reason, isAway } = refusalOf(error as Error, connections.#addressOf(group), target.numbers[group]);
        throw new StorageOpenError(`${target.shown}: ${reason}`, isAway);
      }
    }
    return connections;
  }

  of(group: RedisGroup): RedisConnection {
    const connection = this.#byPlace.get(this.#placeOf(group));
    if (connection === undefined) throw new Error(`no connection for the keys of ${group}`);
    return connection;
  }

  /** Servers without a connection, each once. */
  lacking(): string[] {
    const away = [...this.#byPlace].filter(([, { status }]) => status !== "ready");
    return [...new Set(away.map(([place]) => `Redis at ${place.slice(0, place.lastIndexOf("/"))}`))];
  }

  close(): void {
    for (const connection of this.#byPlace.values()) connection.disconnect();
  }

  #addressOf(group: RedisGroup): RedisAddress {
    return this.target.elsewhere[group] ?? this.target;
  }

  #placeOf(group: RedisGroup): string {
    const { host, port } = this.#addressOf(group);
    return `${host}:${port}/${this.target.numbers[group]}`;
  }

  async #connect(group: RedisGroup): Promise<void> {
    const place = this.#placeOf(group);
    if (this.#byPlace.has(place)) return;
    const { host, port } = this.#addressOf(group);
    const { username, password, prefix, numbers } = this.target;
    const connection = new Redis({
      host,
      port,
      db: numbers[group],
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      keyPrefix: prefix,
      lazyConnect: true,
      enableAutoPipelining: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MAX_MS,
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
    this.#byPlace.set(place, connection);
    await connection.connect().catch((error: Error) => {
      throw failure ?? error;
    });
    // What the driver has asked for already; where there is no such database, it goes on in the first without a word.
    await connection.select(numbers[group]);
  }
}

/** In words of an operator why a Redis does not serve, and whether it may in a moment. */
function refusalOf(error: Error & { readonly code?: string }, { host, port }: RedisAddress, number: number) {
  const { code, message } = error;
  const place = `${host}:${port}`;
  if (code !== undefined) return { reason: `no Redis server answers at ${place} (${code})`, isAway: true };
  if (message.startsWith("Socket timeout")) return { reason: `no Redis server answers at ${place}`, isAway: true };
  if (message.startsWith("LOADING")) return { reason: "Redis is still loading what it holds", isAway: true };
  if (message.startsWith("NOAUTH")) {
    return { reason: "Redis wants a password, as in redis://:password@host", isAway: false };
  }
  if (message.startsWith("WRONGPASS")) return { reason: "Redis refuses the user or the password", isAway: false };
  if (message.includes("DB index is out of range")) {
    return { reason: `Redis at ${place} has no database ${number}`, isAway: false };
  }
  if (message.startsWith("Unknown RESP"))
    return { reason: `what answers at ${place} is no Redis server`, isAway: false };
  return { reason: message, isAway: false };
}
