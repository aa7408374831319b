import type { SessionKind, StoredMessage } from "../storage.js";
import { isAudio } from "../storage-limits.js";
import type { TableMessage } from "./audio-messages.js";
import { GROUP } from "./conversation-rows.js";
import type { SequenceKey } from "./live-state.js";
import { SHARDS } from "./schema-tables.js";
import type { SqlDatabase, SqlSession, SqlValue } from "./sql-database.js";
import { contentFromText, textFromBytes, textFromContent } from "./stored-content.js";
import type { Talk } from "./talk.js";

const PEER_TABLES = "IMMessage_";
const GROUP_TABLES = "IMGroupMessage_";
const ID_MAX = 0xffff_ffff;
/** A driver takes no more as a LIMIT. */
const ROWS_MAX = 1_000_000;

interface MessageRow {
  readonly owner: number;
  readonly msgId: number;
  readonly fromId: number;
  readonly created: number;
  readonly type: number;
  /** NULL is what a deployment's columns may hold, too. */
  readonly content: string | Uint8Array | null;
}

/** Rows of one table, and what they have in common: a value less for each row is time saved. */
interface AlikeRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly same: { readonly type: number; readonly status: 0; readonly created: number; readonly updated: number };
  readonly rows: SqlValue[][];
}

const relationColumns = ["relateId", "fromId", "toId", "msgId", "content"];
const groupColumns = ["groupId", "userId", "msgId", "content"];

/** IMMessage_0 … 7 and IMGroupMessage_0 … 7. */
export class MessageTables {
  /**
   * Of several messages with one id, left by others, the one created last comes first. It is the order of a deployment's
   * index, too: with any other, each question sorts a whole history. Those of SQLite have no `created`, and no such messages.
   */
  readonly #newestFirst: string;

  constructor(private readonly db: SqlDatabase) {
    this.#newestFirst = db.dialect === "mysql" ? "msgId DESC, created DESC, id DESC" : "msgId DESC, id DESC";
  }

  async insert(session: SqlSession, talks: readonly Talk[]): Promise<void> {
    const known = new Map<string, AlikeRows>();
    for (const talk of talks) this.#addRows(known, talk);
    for (const { table, columns, rows, same } of known.values()) await session.insertRows(table, columns, rows, same);
  }

  /** Which messages the tables do not take, by their places, and why: tried out in halves, and nothing of it stays. */
  async untaken(session: SqlSession, talks: readonly Talk[]): Promise<ReadonlyMap<number, Error>> {
    const found = new Map<number, Error>();
    const tryOut = async (some: readonly Talk[]): Promise<void> => {
      const refusal = await this.#refusalOf(session, some);
      if (refusal === undefined) return;
      const half = some.length >> 1;
      if (half === 0) return void found.set(some[0]?.places[0] as number, refusal);
      await tryOut(some.slice(0, half));
      await tryOut(some.slice(half));
    };
    await tryOut(talks.flatMap((talk) => talk.apart()));
    return found;
  }

  /** Ids ≤ begin (0 = from the newest) that are not older than `createdMin`, newest first. */
  async before(sequence: SequenceKey, begin: number, count: number, createdMin: number): Promise<StoredMessage[]> {
    if (count === 0) return [];
    const rows = await this.db.all<MessageRow>(
      `${select(sequence)} AND created >= ? AND msgId <= ? ORDER BY ${this.#newestFirst} LIMIT ?`,
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
        `${select({ kind, id: shard })} ORDER BY ${this.#newestFirst} LIMIT 1`,
        here.map((id) => [id]),
      );
      for (const row of rows) last.set(row.owner, messageOf(row));
    }
    return last;
  }

  async #refusalOf(session: SqlSession, talks: readonly Talk[]): Promise<Error | undefined> {
    await session.run("SAVEPOINT trial");
    let refusal: Error | undefined;
    try {
      await this.insert(session, talks);
    } catch (error) {
      if (this.db.refusesValues?.(error) !== true) throw error;
      refusal = error as Error;
    }
    await session.run("ROLLBACK TO SAVEPOINT trial");
    return refusal;
  }

  #addRows(known: Map<string, AlikeRows>, talk: Talk): void {
    const { kind, sequenceId, firstId, messages } = talk;
    const isText = this.db.dialect !== "sqlite";
    let alike: AlikeRows | undefined;
    let msgId = firstId;
    for (const message of messages) {
      const { fromId, to, created, type } = message;
      if (alike?.same.created !== created || alike.same.type !== type) alike = alikeOf(known, talk, created, type);
      const stored = isText ? textOf(message) : message.content;
      alike.rows.push(
        kind === GROUP ? [sequenceId, fromId, msgId++, stored] : [sequenceId, fromId, to.id, msgId++, stored],
      );
    }
  }
}

function alikeOf(known: Map<string, AlikeRows>, talk: Talk, created: number, type: number): AlikeRows {
  const table = tableOf({ kind: talk.kind, id: talk.sequenceId });
  const name = `${table}/${created}/${type}`;
  const columns = talk.kind === GROUP ? groupColumns : relationColumns;
  const alike = known.get(name) ?? { table, columns, same: { type, status: 0, created, updated: created }, rows: [] };
  known.set(name, alike);
  return alike;
}

/** For original servers, a column of an audio message is a number of IMAudio, which they look up as it stands. */
function textOf({ type, content, isSoundKept }: TableMessage): string {
  return isAudio(type) && isSoundKept === undefined ? textFromBytes(content) : textFromContent(content);
}

function tableOf({ kind, id }: SequenceKey): string {
  return `${kind === GROUP ? GROUP_TABLES : PEER_TABLES}${id % SHARDS}`;
}

function select(sequence: SequenceKey): string {
  const [owner, from] = sequence.kind === GROUP ? ["groupId", "userId"] : ["relateId", "fromId"];
  const columns = `${owner} AS owner, msgId, ${from} AS fromId, created, type, content`;
  return `SELECT ${columns} FROM ${tableOf(sequence)} WHERE ${owner} = ? AND status = 0`;
}

function messageOf({ msgId, fromId, created, type, content }: MessageRow): StoredMessage {
  return { msgId, fromId, created, type, content: bytesOf(content) };
}

function bytesOf(content: MessageRow["content"]): Buffer {
  if (content === null) return Buffer.alloc(0);
  if (typeof content === "string") return contentFromText(content);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
