import type { Clock } from "../../clock.js";
import { nowSeconds } from "../../clock.js";
import type { Storage } from "../storage.js";
import { AudioMessages } from "./audio-messages.js";
import { ConversationRows, PEER } from "./conversation-rows.js";
import { HandedOutTimes } from "./handed-out-times.js";
import type { LiveState } from "./live-state.js";
import { MessageTables } from "./message-tables.js";
import type { SoundFiles } from "./sound-files.js";
import { SqlAccounts } from "./sql-accounts.js";
import type { SqlDatabase } from "./sql-database.js";
import { SqlDepartments } from "./sql-departments.js";
import { SqlGroups } from "./sql-groups.js";
import { SqlLoginFailures } from "./sql-login-failures.js";
import { SqlMessages } from "./sql-messages.js";
import { SqlOfflineFiles } from "./sql-offline-files.js";
import { SqlPush } from "./sql-push.js";
import { SqlSessions } from "./sql-sessions.js";

/** The storage port over the tables of a deployment, in either dialect of SQL, with its live state in Redis or in tables. */
export class SqlStorage implements Storage {
  readonly isRemote: boolean;
  readonly accounts: SqlAccounts;
  readonly departments: SqlDepartments;
  readonly groups: SqlGroups;
  readonly messages: SqlMessages;
  readonly sessions: SqlSessions;
  readonly push: SqlPush;
  readonly offlineFiles: SqlOfflineFiles;
  readonly loginFailures: SqlLoginFailures;

  constructor(
    private readonly db: SqlDatabase,
    private readonly live: LiveState,
    clock: Clock,
    private readonly stopSweep: () => Promise<void> = async () => {},
    sounds?: SoundFiles,
  ) {
    const now = () => nowSeconds(clock);
    this.isRemote = db.dialect === "mysql";
    this.accounts = new SqlAccounts(db, live, now);
    this.departments = new SqlDepartments(db);
    this.groups = new SqlGroups(db, live, this.accounts, now);
    const tables = new MessageTables(db);
    const rows = new ConversationRows(db, {
      nowSeconds: now,
      // Others share it exactly where there is Redis, which does not forget with the tables.
      isShared: !live.isTransactional,
      ...(live.isTransactional ? {} : { onNewRelations: (relations) => startAll(live, relations) }),
      onRivals: (relations) => continueAfterAll(live, tables, relations),
    });
    const parts = {
      db,
      live,
      accounts: this.accounts,
      rows,
      tables,
      audio: new AudioMessages(db, sounds),
      handedOut: new HandedOutTimes({ db, live, rows, nowSeconds: now }),
      nowSeconds: now,
    };
    this.messages = new SqlMessages(parts);
    this.sessions = new SqlSessions(parts);
    this.push = new SqlPush(db, live, this.accounts, this.sessions);
    this.offlineFiles = new SqlOfflineFiles(db, now);
    this.loginFailures = new SqlLoginFailures(live, now);
  }

  async lacking(): Promise<readonly string[]> {
    return [...((await this.db.lacking?.()) ?? []), ...(this.live.lacking?.() ?? [])];
  }

  async close(): Promise<void> {
    await this.messages.idle();
    await this.stopSweep();
    await this.db.close();
    await this.live.close();
  }
}

async function startAll(live: LiveState, relations: readonly number[]): Promise<void> {
  await live.startSequences(relations.map((id) => ({ kind: PEER, id })));
}

/** A pair's sequence goes on after those of its other relations, so that all of them are one in its history (MSG-02). */
async function continueAfterAll(live: LiveState, tables: MessageTables, relations: readonly number[]): Promise<void> {
  const last = await tables.last(PEER, relations);
  const lastId = Math.max(0, ...[...last.values()].map(({ msgId }) => msgId));
  await live.raiseLastId({ kind: PEER, id: relations[0] as number }, lastId);
}
