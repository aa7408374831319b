import type { CommandBody } from "../../codec/generated/commands.js";
import { defaultTextKey } from "../../codec/text-content.js";
import type { Clock } from "../clock.js";
import { type Deviations, strict } from "../deviations.js";
import { type ServerLog, silentLog } from "../server-log.js";
import type { Storage } from "../storage/storage.js";
import { databaseCommands, databaseNotices } from "./commands/all-commands.js";
import type { DatabaseCommands, DatabaseContext } from "./commands/database-command.js";
import {
  answerTimeoutMs,
  type DatabaseNoticeId,
  type DatabasePort,
  type DatabaseRequestId,
  type DatabaseResponseBody,
  DatabaseUnavailableError,
  type Eventually,
} from "./database-port.js";
import { StorageWatch } from "./storage-watch.js";

export interface EmbeddedDatabaseOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly textKey?: string;
  readonly deviates?: Deviations;
  /** For ever unless given. */
  readonly offlineKeptMs?: number;
  readonly requestTimeoutMs?: number;
  readonly log?: ServerLog;
}

/** Somebody who is told when the storage has not answered by then. */
interface Waiting {
  readonly deadlineMs: number;
  readonly giveUp: () => void;
}

const SWEEP_INTERVAL_MS = 500;

/** The in-process shortcut from msg_server to storage: the commands of db_proxy_server without the wire. */
export class EmbeddedDatabase implements DatabasePort {
  readonly #watch: StorageWatch;
  readonly #context: DatabaseContext;
  readonly #deviates: Deviations;
  readonly #requestTimeoutMs: number | undefined;
  readonly #waiting = new Set<Waiting>();
  readonly #sweep: NodeJS.Timeout;
  #commands: DatabaseCommands;
  #requests = 0;

  constructor(options: EmbeddedDatabaseOptions) {
    const { storage, clock, textKey, deviates = strict, offlineKeptMs, log = silentLog } = options;
    this.#watch = new StorageWatch({ storage, role: "msg", log });
    this.#deviates = deviates;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#sweep = setInterval(() => this.#expire(performance.now()), SWEEP_INTERVAL_MS);
    this.#sweep.unref();
    this.#commands = databaseCommands(deviates);
    this.#context = {
      storage,
      clock,
      textKey: textKey ?? defaultTextKey,
      offlineKeptMs: offlineKeptMs ?? Number.POSITIVE_INFINITY,
    };
  }

  get isOpen(): boolean {
    return this.lacking.length === 0;
  }

  get lacking(): readonly string[] {
    return this.#watch.lacking;
  }

  request<C extends DatabaseRequestId>(commandId: C, body: CommandBody[C]): Eventually<DatabaseResponseBody<C>> {
    this.#requests++;
    const answer = this.#commands[commandId](this.#context, body);
    if (!(answer instanceof Promise)) return answer;
    if (this.#context.storage.isRemote) return this.#inTime(answer, answerTimeoutMs(commandId, this.#requestTimeoutMs));
    return answer.catch((error: Error) => this.#fail(error));
  }

  tell<C extends DatabaseNoticeId>(commandId: C, body: CommandBody[C]): Promise<void> {
    this.#requests++;
    return databaseNotices[commandId](this.#context, body).catch((error: Error) => this.#watch.failure(error));
  }

  deviationsChanged(): void {
    this.#commands = databaseCommands(this.#deviates);
  }

  counters(): Record<string, number> {
    return { databaseRequests: this.#requests, databasePending: this.#waiting.size, failedStores: this.#watch.failed };
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    clearInterval(this.#sweep);
  }

  #fail(error: Error): never {
    this.#watch.failure(error);
    throw new DatabaseUnavailableError(error.message);
  }

  /** A storage that says nothing must not keep the place of who asks for ever. */
  #inTime<Answer>(answer: Promise<Answer>, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        if (!this.#waiting.delete(waiting)) return;
        this.#watch.failure(error);
        reject(new DatabaseUnavailableError(error.message));
      };
      const giveUp = () => fail(new Error("no answer in time"));
      const waiting = { deadlineMs: performance.now() + timeoutMs, giveUp };
      this.#waiting.add(waiting);
      answer.then((found) => {
        this.#waiting.delete(waiting);
        resolve(found);
      }, fail);
    });
  }

  #expire(nowMs: number): void {
    for (const { deadlineMs, giveUp } of this.#waiting) if (deadlineMs <= nowMs) giveUp();
  }
}
