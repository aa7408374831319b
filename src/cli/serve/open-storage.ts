import { setTimeout as delay } from "node:timers/promises";
import { failureText, isStorageFailure } from "../../server/storage/failure-text.js";
import { MemoryStorage } from "../../server/storage/memory-storage.js";
import { openStore } from "../../server/storage/open-store.js";
import type { OpenedStore } from "../../server/storage/opened-store.js";
import { soundSite } from "../../server/storage/sql/sound-files.js";
import type { Storage } from "../../server/storage/storage.js";
import { StorageOpenError } from "../../server/storage/storage-open-error.js";
import { parseStorageUrl, type StorageTarget, withRedis } from "../../server/storage/storage-url.js";
import { blockedError, usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { readSeed, type SeedChoice } from "./seed.js";

const RETRY_INTERVAL_MS = 250;

export interface StorageChoice {
  readonly storage: string;
  readonly redis?: string;
  /** The msfs that keeps the sound of audio messages. */
  readonly audioMsfs?: string;
}

/**
 * The storage of servers that start: what it holds already, or the seed when it holds nobody.
 * @param waitMs for a database that does not answer yet
 * @throws CommandError
 */
export async function openStorage(host: Host, choice: StorageChoice & SeedChoice, waitMs: number): Promise<Storage> {
  const target = storageTarget(choice);
  if (target.kind === "memory") return new MemoryStorage(await readSeed(host, choice), host.clock);
  const store = await openDurable(host, target, { create: false, waitMs });
  try {
    const users = await store.userCount();
    if (users === 0) await store.seed(await readSeed(host, choice), { onlyIfEmpty: true });
    else if ((choice.fixture ?? choice.users) !== undefined && host.verbosity !== "quiet") {
      host.stderr.write(
        `${withoutPassword(choice.storage)} holds ${users} users: they are served, and no others are added\n`,
      );
    }
    return store.storage;
  } catch (error) {
    await store.storage.close();
    throw seedingError(error, withoutPassword(choice.storage));
  }
}

/** What a store failed to take is its fault; the rest is ours, or the user's. */
export function seedingError(error: unknown, shown: string): unknown {
  return isStorageFailure(error) ? blockedError(`${shown}: ${failureText(error)}`) : error;
}

/** Of a URL, or of what was meant as one. */
export function withoutPassword(url: string): string {
  return url.replace(/:(?!\/\/).*@/, ":***@");
}

/** @throws CommandError usage */
export function storageTarget({ storage, redis, audioMsfs }: StorageChoice): StorageTarget {
  const target = withSounds(parseStorageUrl(storage), audioMsfs);
  if (target === undefined) {
    throw usageError(
      `"${withoutPassword(storage)}" is no storage: give memory, sqlite:PATH, or mysql://user:password@host:port/database`,
    );
  }
  if (redis === undefined) return target;
  if (target.kind !== "mysql") throw usageError(`--redis goes with mysql://…, not with ${withoutPassword(storage)}`);
  const shared = withRedis(target, redis);
  if (shared !== undefined) return shared;
  throw usageError(
    `"${withoutPassword(redis)}" is no Redis: give redis://host:port, with one database number for all keys (redis://host/2) or one for each group of keys (redis://host?unread=1&group_set=2&token=4&group_member=5), token=other:6379/4 for one that another server keeps`,
  );
}

function withSounds(target: StorageTarget | undefined, audioMsfs: string | undefined): StorageTarget | undefined {
  if (target === undefined || audioMsfs === undefined) return target;
  if (target.kind !== "mysql")
    throw usageError("--audio-msfs goes with mysql://…: elsewhere sounds are in the storage");
  const site = soundSite(audioMsfs);
  if (site === undefined) throw usageError(`--audio-msfs ${audioMsfs} is no msfs, as in http://127.0.0.1:8700/`);
  return { ...target, audioMsfs: site };
}

export interface OpenChoice {
  /** Whether a missing database is made. */
  readonly create: boolean;
  /** How long it may take until somebody answers there; not at all unless given. */
  readonly waitMs?: number;
}

/** @throws CommandError blocked */
export async function openDurable(
  host: Host,
  target: Exclude<StorageTarget, { readonly kind: "memory" }>,
  { create, waitMs = 0 }: OpenChoice,
): Promise<OpenedStore> {
  const endMs = performance.now() + waitMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await openStore(target, host.clock, create);
    } catch (error) {
      if (!(error instanceof StorageOpenError)) throw error;
      if (!error.isAway || performance.now() >= endMs || host.signal.aborted) throw blockedError(error.message);
      if (attempt === 1) host.stderr.write(`${error.message}; waiting for it\n`);
      await delay(RETRY_INTERVAL_MS, undefined, { signal: host.signal }).catch(() => {});
    }
  }
}
