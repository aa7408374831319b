import type { CommandBody } from "../../codec/generated/commands.js";
import { defaultTextKey } from "../../codec/text-content.js";
import type { Clock } from "../clock.js";
import { type Deviations, strict } from "../deviations.js";
import { type ServerLog, silentLog } from "../server-log.js";
import type { Storage } from "../storage/storage.js";
import { databaseCommands, databaseNotices } from "./commands/all-commands.js";
import type { DatabaseCommands, DatabaseContext } from "./commands/database-command.js";
import {
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
  readonly log?: ServerLog;
}

/** The in-process shortcut from msg_server to storage: the commands of db_proxy_server without the wire. */
export class EmbeddedDatabase implements DatabasePort {
  readonly #watch: StorageWatch;
  readonly #context: DatabaseContext;
  readonly #deviates: Deviations;
  #commands: DatabaseCommands;
  #requests = 0;

  constructor(options: EmbeddedDatabaseOptions) {
    const { storage, clock, textKey, deviates = strict, offlineKeptMs, log = silentLog } = options;
    this.#watch = new StorageWatch({ storage, role: "msg", log });
    this.#deviates = deviates;
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
    return answer.catch((error: Error) => {
      this.#watch.failure(error);
      throw new DatabaseUnavailableError(error.message);
    });
  }

  tell<C extends DatabaseNoticeId>(commandId: C, body: CommandBody[C]): Promise<void> {
    this.#requests++;
    return databaseNotices[commandId](this.#context, body).catch((error: Error) => this.#watch.failure(error));
  }

  deviationsChanged(): void {
    this.#commands = databaseCommands(this.#deviates);
  }

  counters(): Record<string, number> {
    return { databaseRequests: this.#requests, failedStores: this.#watch.failed };
  }

  async stop(): Promise<void> {
    this.#watch.stop();
  }
}
