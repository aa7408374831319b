import type { CommandBody } from "../../codec/generated/commands.js";
import { defaultTextKey } from "../../codec/text-content.js";
import type { Clock } from "../clock.js";
import { type Deviations, strict } from "../deviations.js";
import type { Storage } from "../storage/storage.js";
import { databaseCommands, databaseNotices } from "./commands/all-commands.js";
import type { DatabaseCommands, DatabaseContext } from "./commands/database-command.js";
import type {
  DatabaseNoticeId,
  DatabasePort,
  DatabaseRequestId,
  DatabaseResponseBody,
  Eventually,
} from "./database-port.js";

export interface EmbeddedDatabaseOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly textKey?: string;
  readonly deviates?: Deviations;
  /** For ever unless given. */
  readonly offlineKeptMs?: number;
}

/** The in-process shortcut from msg_server to storage: the commands of db_proxy_server without the wire. */
export class EmbeddedDatabase implements DatabasePort {
  readonly isOpen = true;
  readonly #context: DatabaseContext;
  readonly #deviates: Deviations;
  #commands: DatabaseCommands;
  #requests = 0;

  constructor({ storage, clock, textKey, deviates = strict, offlineKeptMs }: EmbeddedDatabaseOptions) {
    this.#deviates = deviates;
    this.#commands = databaseCommands(deviates);
    this.#context = {
      storage,
      clock,
      textKey: textKey ?? defaultTextKey,
      offlineKeptMs: offlineKeptMs ?? Number.POSITIVE_INFINITY,
    };
  }

  request<C extends DatabaseRequestId>(commandId: C, body: CommandBody[C]): Eventually<DatabaseResponseBody<C>> {
    this.#requests++;
    return this.#commands[commandId](this.#context, body);
  }

  tell<C extends DatabaseNoticeId>(commandId: C, body: CommandBody[C]): void {
    this.#requests++;
    void databaseNotices[commandId](this.#context, body);
  }

  deviationsChanged(): void {
    this.#commands = databaseCommands(this.#deviates);
  }

  counters(): Record<string, number> {
    return { databaseRequests: this.#requests };
  }

  async stop(): Promise<void> {}
}
