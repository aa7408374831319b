import type { SessionKey, SessionKind } from "../storage.js";
import { type FoundRow, RowIds } from "./row-ids.js";
import type { RowKey } from "./row-key-map.js";
import type { SqlDatabase } from "./sql-database.js";

export interface OwnSession extends SessionKey {
  readonly userId: number;
}

export interface ConversationRowsOptions {
  readonly nowSeconds: () => number;
  /** Whether original servers, which take no lock, make rows in these tables, too. */
  readonly isShared?: boolean;
  /** Told new relations before anybody else can see them. */
  readonly onNewRelations?: (relations: readonly number[]) => Promise<void>;
  /** Told the relations of a pair that has several, first the one that counts, whenever it is about to get a message. */
  readonly onRivals?: (relations: readonly number[]) => Promise<void>;
}

/** The time in which two servers that make the first contact of a pair together both have made a row, and that clocks differ. */
const SETTLES_AFTER_S = 10;

/**
 * The rows of IMRelationShip and IMRecentSession that conversations stand on. An original server may have made a second row
 * at the same moment; then that one counts which it would read: the last in the order of the index that it looks in.
 */
export class ConversationRows {
  readonly #relations: RowIds;
  readonly #sessions: RowIds;

  constructor(
    db: SqlDatabase,
    private readonly options: ConversationRowsOptions,
  ) {
    const { nowSeconds, isShared = false, onNewRelations } = options;
    const relations = {
      table: "IMRelationShip",
      keyColumns: ["smallId", "bigId"],
      condition: "status = 0",
      // As the original server does: the pair's history goes on, and so do its ids (MSG-02).
      retired: { condition: "status <> 0", revival: "status = 0, updated = ?" },
      // The original server takes the last of the index (smallId, bigId, status, updated).
      order: (a: FoundRow, b: FoundRow) => b.updated - a.updated || b.id - a.id,
      settlesAfterS: isShared ? SETTLES_AFTER_S : 0,
      columns: ["smallId", "bigId", "status", "created", "updated"],
      newRow: ([small, big]: RowKey, now: number) => [small, big, 0, now, now],
      ...(onNewRelations === undefined ? {} : { onMade: onNewRelations }),
    };
    const sessions = {
      table: "IMRecentSession",
      keyColumns: ["userId", "peerId", "type"],
      // As it does of the index (userId, peerId, type). Lists show several rows as one, so which it is matters to nobody here.
      order: (a: FoundRow, b: FoundRow) => b.id - a.id,
      settlesAfterS: 0,
      columns: ["userId", "peerId", "type", "status", "created", "updated"],
      newRow: ([userId, peerId, type = 0]: RowKey, now: number) => [userId, peerId, type, 0, now, now],
    };
    this.#relations = new RowIds(db, relations, nowSeconds);
    this.#sessions = new RowIds(db, sessions, nowSeconds);
  }

  /** All of each pair, first the one that counts; none for two who never spoke. */
  findRelations(userId: number, peerIds: readonly number[]): Promise<(readonly number[])[]> {
    return this.#relations.find(peerIds.map((peerId) => pairOf(userId, peerId)));
  }

  /** Hot. The ones that count. */
  async makeRelations(pairs: readonly (readonly [number, number])[], now: number): Promise<number[]> {
    const keys = pairs.map(([a, b]) => pairOf(a, b));
    const relations = await this.#relations.make(keys, now);
    for (const ids of relations) if (ids.length > 1) await this.options.onRivals?.(ids);
    return relations.map(([id]) => id as number);
  }

  async makeSessions(sessions: readonly OwnSession[], now: number): Promise<number[]> {
    const keys = sessions.map(({ userId, id, kind }): RowKey => [userId, id, kind]);
    return (await this.#sessions.make(keys, now)).map(([id]) => id as number);
  }
}

function pairOf(a: number, b: number): [small: number, big: number] {
  return a < b ? [a, b] : [b, a];
}

export const PEER: SessionKind = 1;
export const GROUP: SessionKind = 2;
