import type { SessionKey, SessionKind } from "../storage.js";
import { RowIds } from "./row-ids.js";
import type { SqlDatabase } from "./sql-database.js";

export interface OwnSession extends SessionKey {
  readonly userId: number;
}

/** The rows of IMRelationShip and IMRecentSession that conversations stand on. */
export class ConversationRows {
  readonly #relations: RowIds;
  readonly #sessions: RowIds;

  constructor(db: SqlDatabase) {
    this.#relations = new RowIds(db, {
      table: "IMRelationShip",
      keyColumns: ["smallId", "bigId"],
      condition: "status = 0",
      // The original server takes the last of the index (smallId, bigId, status, updated).
      order: "updated DESC, id DESC",
      columns: ["smallId", "bigId", "status", "created", "updated"],
      newRow: ([small = 0, big = 0], now) => [small, big, 0, now, now],
    });
    this.#sessions = new RowIds(db, {
      table: "IMRecentSession",
      keyColumns: ["userId", "peerId", "type"],
      order: "id",
      columns: ["userId", "peerId", "type", "status", "created", "updated"],
      newRow: ([userId = 0, peerId = 0, type = 0], now) => [userId, peerId, type, 0, now, now],
    });
  }

  /** `undefined` for two who never spoke. */
  async findRelation(userId: number, peerId: number): Promise<number | undefined> {
    const [id] = await this.#relations.find([pairOf(userId, peerId)]);
    return id;
  }

  findRelations(userId: number, peerIds: readonly number[]): Promise<(number | undefined)[]> {
    return this.#relations.find(peerIds.map((peerId) => pairOf(userId, peerId)));
  }

  makeRelations(pairs: readonly (readonly [number, number])[], now: number): Promise<number[]> {
    const keys = pairs.map(([a, b]) => pairOf(a, b));
    return this.#relations.make(keys, now);
  }

  makeSessions(sessions: readonly OwnSession[], now: number): Promise<number[]> {
    const keys = sessions.map(({ userId, id, kind }) => [userId, id, kind]);
    return this.#sessions.make(keys, now);
  }
}

function pairOf(a: number, b: number): [small: number, big: number] {
  return a < b ? [a, b] : [b, a];
}

export const PEER: SessionKind = 1;
export const GROUP: SessionKind = 2;
