import { FailureLog } from "../failure-log.js";
import type { RoleName } from "../role-name.js";
import type { ServerLog } from "../server-log.js";
import { failureText } from "../storage/failure-text.js";
import type { Storage } from "../storage/storage.js";

const LOOK_INTERVAL_MS = 1000;
const ANSWER_MAX_MS = 5000;

export interface StorageWatchOptions {
  readonly storage: Storage;
  readonly role: RoleName;
  readonly log: ServerLog;
}

/** Knows, and says, what the storage of a role cannot reach, whether anybody asks for anything or not (OBS-02, LGN-05). */
export class StorageWatch {
  /** In words; empty when all is well. */
  lacking: readonly string[] = [];
  /** Requests that failed. */
  failed = 0;
  readonly #failures: FailureLog;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(private readonly options: StorageWatchOptions) {
    this.#failures = new FailureLog(options.log, options.role, "storage failed");
    this.#timer = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** A request that failed, for whatever reason. */
  failure(error: Error): void {
    this.failed++;
    this.#failures.failed(failureText(error));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const found = await inTime(this.options.storage.lacking());
    this.#isLooking = false;
    const before = this.lacking.join(", ");
    this.lacking = found;
    const { role, log } = this.options;
    const now = found.join(", ");
    if (now === before) return;
    if (now === "") log.note(role, "storage reached again");
    else log.trouble(role, "storage lost", { lacking: now });
  }
}

async function inTime(asked: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve(["an answer of the storage"]), ANSWER_MAX_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
