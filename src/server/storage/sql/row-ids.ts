import type { SqlDatabase, SqlSession, SqlValue } from "./sql-database.js";

/** Remembered; beyond it those seen first are asked for again. */
const KNOWN_MAX = 200_000;

export type RowKey = readonly number[];

export interface RowIdsOf {
  readonly table: string;
  /** What a row is found by, besides the fixed condition. */
  readonly keyColumns: readonly string[];
  readonly condition?: string;
  /** Of several rows with one key, left by others, the first in this order counts. */
  readonly order: string;
  /** All columns of a new row, and its values. */
  readonly columns: readonly string[];
  newRow(key: RowKey, now: number): SqlValue[];
}

/**
 * Finds the row that stands for a key, and makes it at the first contact, once, whoever else is about to (MSG-02): the
 * tables of a deployment have no unique index. Rows never go away, so their ids are remembered.
 */
export class RowIds {
  readonly #known = new Map<string, number>();
  readonly #select: string;

  constructor(
    private readonly db: SqlDatabase,
    private readonly of: RowIdsOf,
  ) {
    const conditions = [...of.keyColumns.map((column) => `${column} = ?`), of.condition ?? []].flat().join(" AND ");
    this.#select = `SELECT id, ${of.keyColumns.join(", ")} FROM ${of.table} WHERE ${conditions} ORDER BY ${of.order} LIMIT 1`;
  }

  /** The ids that the keys have, `undefined` for those without a row. */
  async find(keys: readonly RowKey[]): Promise<(number | undefined)[]> {
    const found = await this.#lookUp(keys);
    return keys.map((key) => found.get(nameOf(key)));
  }

  /** The ids of the keys' rows, made where missing; not for use inside a transaction. */
  async make(keys: readonly RowKey[], now: number): Promise<number[]> {
    const found = await this.#lookUp(keys);
    const missing = without(keys, found);
    if (missing.length > 0) {
      await this.db.alone(this.of.table, async (session) => {
        const others = new Map(await this.#rows(session, missing));
        const rows = without(missing, others).map((key) => this.of.newRow(key, now));
        await session.insertRows(this.of.table, this.of.columns, rows);
      });
      for (const [name, id] of await this.#lookUp(missing)) found.set(name, id);
    }
    return keys.map((key) => found.get(nameOf(key)) ?? this.#lost(key));
  }

  async #lookUp(keys: readonly RowKey[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const key of keys) {
      const id = this.#known.get(nameOf(key));
      if (id !== undefined) found.set(nameOf(key), id);
    }
    const unknown = without(keys, found);
    if (unknown.length === 0) return found;
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    // Only what is committed may be remembered, which is why this does not take a transaction's session.
    for (const [name, id] of await this.#rows(this.db, unknown)) {
      this.#known.set(name, id);
      found.set(name, id);
    }
    return found;
  }

  async #rows(session: SqlSession, keys: readonly RowKey[]): Promise<[name: string, id: number][]> {
    const rows = await session.allForEach<Record<string, number>>(this.#select, keys);
    return rows.map((row) => [nameOf(this.of.keyColumns.map((column) => row[column] as number)), row.id as number]);
  }

  #lost(key: RowKey): never {
    throw new Error(`${this.of.table}: the row of ${nameOf(key)} is gone`);
  }
}

/** Those of the keys that are not there, once each. */
function without(keys: readonly RowKey[], found: ReadonlyMap<string, number>): RowKey[] {
  const missing = new Map<string, RowKey>();
  for (const key of keys) {
    const name = nameOf(key);
    if (!found.has(name)) missing.set(name, key);
  }
  return [...missing.values()];
}

/** Hot: of two or three ids, without the cost of join(). */
function nameOf([first, second, third]: RowKey): string {
  return third === undefined ? `${first}/${second}` : `${first}/${second}/${third}`;
}
