import type { CommandBody } from "../../../codec/generated/commands.js";
import type { Clock } from "../../clock.js";
import type { Storage } from "../../storage/storage.js";
import type { DatabaseNoticeId, DatabaseRequestId, DatabaseResponseBody, Eventually } from "../database-port.js";

export interface DatabaseContext {
  readonly storage: Storage;
  readonly clock: Clock;
  /** 32 bytes: for the placeholder text of audio messages (MSG-19). */
  readonly textKey: string;
  /** How long file_server keeps an offline file, and so how long it is listed (FIL-03). */
  readonly offlineKeptMs: number;
}

/** What storage answers to each request. attach_data and seq_num are put back by whoever carries the answer. */
export type DatabaseCommands = {
  readonly [C in DatabaseRequestId]: (
    context: DatabaseContext,
    body: CommandBody[C],
  ) => Eventually<DatabaseResponseBody<C>>;
};

export type DatabaseNotices = {
  readonly [C in DatabaseNoticeId]: (context: DatabaseContext, body: CommandBody[C]) => Promise<void>;
};
