import type { SessionKind, StoredMessage } from "../storage.js";
import type { SequenceKey } from "./live-state.js";
import { SHARDS } from "./schema-tables.js";
import type { SqlDatabase, SqlSession, SqlValue } from "./sql-database.js";
import { contentFromText, textFromContent } from "./stored-content.js";

const ID_MAX = 0xffff_ffff;
/** A driver takes no more as a LIMIT. */
const ROWS_MAX = 1_000_000;

interface MessageRow {
  readonly owner: number;
  readonly msgId: number;
  readonly fromId: number;
  readonly created: number;
  readonly type: number;
  readonly content: string | Uint8Array;
}

export interface MessageToStore extends StoredMessage {
  readonly sequence: SequenceKey;
  readonly toId: number;
}

const relationColumns = ["relateId", "fromId", "toId", "msgId", "content", "type", "status", "created", "updated"];
const groupColumns = ["groupId", "userId", "msgId", "content", "type", "status", "created", "updated"];

/** IMMessage_0 … 7 and IMGroupMessage_0 … 7. */
export class MessageTables {
  constructor(private readonly db: SqlDatabase) {}

  async insert(session: SqlSession, messages: readonly MessageToStore[]): Promise<void> {
    const byTable = new Map<string, MessageToStore[]>();
    for (const message of messages) {
      const table = tableOf(message.sequence);
      const known = byTable.get(table);
      if (known === undefined) byTable.set(table, [message]);
      else known.push(message);
    }
    for (const [table, rows] of byTable) {
      const isGroup = rows[0]?.sequence.kind === 2;
      const columns = isGroup ? groupColumns : relationColumns;
      await session.insertRows(
        table,
        columns,
        rows.map((row) => this.#row(row)),
      );
    }
  }

  /** Ids ≤ begin (0 = from the newest) that are not older than `createdMin`, newest first. */
  async before(sequence: SequenceKey, begin: number, count: number, createdMin: number): Promise<StoredMessage[]> {
    if (count === 0) return [];
    const rows = await this.db.all<MessageRow>(
      `${select(sequence)} AND created >= ? AND msgId <= ? ORDER BY msgId DESC, id DESC LIMIT ?`,
      [sequence.id, createdMin, begin === 0 ? ID_MAX : begin, Math.min(count, ROWS_MAX)],
    );
    return rows.map(messageOf);
  }

  /** Those with one of the ids, in no order. */
  async withIds(sequence: SequenceKey, ids: readonly number[], createdMin: number): Promise<StoredMessage[]> {
    const rows = await this.db.allForEach<MessageRow>(
      `${select(sequence)} AND created >= ? AND msgId = ?`,
      ids.map((id) => [sequence.id, createdMin, id]),
    );
    return rows.map(messageOf);
  }

  /** The last message of each sequence of one kind that has any, by its id. */
  async last(kind: SessionKind, ids: readonly number[]): Promise<Map<number, StoredMessage>> {
    const last = new Map<number, StoredMessage>();
    for (let shard = 0; shard < SHARDS; shard++) {
      const here = ids.filter((id) => id % SHARDS === shard);
      if (here.length === 0) continue;
      const rows = await this.db.allForEach<MessageRow>(
        `${select({ kind, id: shard })} ORDER BY msgId DESC, id DESC LIMIT 1`,
        here.map((id) => [id]),
      );
      for (const row of rows) last.set(row.owner, messageOf(row));
    }
    return last;
  }

  #row({ sequence, fromId, toId, msgId, content, type, created }: MessageToStore): SqlValue[] {
    const stored = this.db.dialect === "sqlite" ? content : textFromContent(content);
    if (sequence.kind === 2) return [sequence.id, fromId, msgId, stored, type, 0, created, created];
    return [sequence.id, fromId, toId, msgId, stored, type, 0, created, created];
  }
}

function tableOf({ kind, id }: SequenceKey): string {
  return `${kind === 1 ? "IMMessage" : "IMGroupMessage"}_${id % SHARDS}`;
}

function select(sequence: SequenceKey): string {
  const [owner, from] = sequence.kind === 1 ? ["relateId", "fromId"] : ["groupId", "userId"];
  const columns = `${owner} AS owner, msgId, ${from} AS fromId, created, type, content`;
  return `SELECT ${columns} FROM ${tableOf(sequence)} WHERE ${owner} = ? AND status = 0`;
}

function messageOf({ msgId, fromId, created, type, content }: MessageRow): StoredMessage {
  const bytes =
    typeof content === "string"
      ? contentFromText(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return { msgId, fromId, created, type, content: bytes };
}
