import type { AudioMessages } from "./audio-messages.js";
import type { ConversationRows } from "./conversation-rows.js";
import type { HandedOutTimes } from "./handed-out-times.js";
import type { LiveState } from "./live-state.js";
import type { MessageTables } from "./message-tables.js";
import type { SqlAccounts } from "./sql-accounts.js";
import type { SqlDatabase } from "./sql-database.js";

export interface MessageParts {
  readonly db: SqlDatabase;
  readonly live: LiveState;
  readonly accounts: SqlAccounts;
  readonly rows: ConversationRows;
  readonly tables: MessageTables;
  readonly audio: AudioMessages;
  readonly handedOut: HandedOutTimes;
  readonly nowSeconds: () => number;
}
