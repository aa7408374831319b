import { type RowKey, RowKeyMap } from "./row-key-map.js";
import type { SqlDatabase, SqlSession, SqlValue } from "./sql-database.js";

/** Remembered; beyond it those seen first are asked for again. */
const KNOWN_MAX = 200_000;
/** Rows looked at for one key. */
const RIVALS_MAX = 64;

export interface FoundRow {
  readonly id: number;
  /** Unix s. */
  readonly updated: number;
}

export interface RowIdsOf {
  readonly table: string;
  /** What a row is found by, besides the fixed condition. */
  readonly keyColumns: readonly string[];
  readonly condition?: string;
  /** Rows with the key that it passes by, of which the one updated first is taken up again in place of a new row. */
  readonly retired?: { readonly condition: string; readonly revival: string };
  /** Of several rows with one key, left by others, the first in this order counts: as for `sort`. */
  readonly order: (a: FoundRow, b: FoundRow) => number;
  /**
   * For so long after a row was made, others that share the table may still make another for the same key, so that its id
   * is not remembered. 0 where nobody does.
   */
  readonly settlesAfterS: number;
  /** All columns of a new row, and its values. */
  readonly columns: readonly string[];
  newRow(key: RowKey, now: number): SqlValue[];
  /** Told the ids of new rows before anybody else can see them. */
  readonly onMade?: (ids: readonly number[]) => Promise<void>;
}

/**
 * Finds the row that stands for a key, and makes it at the first contact, once, whoever else is about to (MSG-02): the
 * tables of a deployment have no unique index. Rows never go away, so their ids are remembered.
 */
export class RowIds {
  readonly #known = new RowKeyMap<readonly number[]>();
  readonly #select: string;
  readonly #selectRetired: string | undefined;

  constructor(
    private readonly db: SqlDatabase,
    private readonly of: RowIdsOf,
    private readonly nowSeconds: () => number,
  ) {
    this.#select = this.#selectWith(of.condition);
    this.#selectRetired = of.retired && this.#selectWith(of.retired.condition);
  }

  /** The ids that each key has: first the one that counts. None for a key without a row. */
  async find(keys: readonly RowKey[]): Promise<(readonly number[])[]> {
    const known = this.#allKnown(keys);
    if (known !== undefined) return known;
    const found = await this.#lookUp(keys);
    return keys.map((key) => found.get(nameOf(key)) ?? []);
  }

  /** The same, with rows made where they are missing; not for use inside a transaction. Hot. */
  async make(keys: readonly RowKey[], now: number): Promise<(readonly number[])[]> {
    const known = this.#allKnown(keys);
    if (known !== undefined) return known;
    const found = await this.#lookUp(keys);
    const missing = without(keys, found);
    if (missing.length > 0) {
      await this.db.alone(this.of.table, async (session) => {
        const others = (await this.#rows(session, missing)).found;
        const unmade = without(missing, others);
        const revived = await this.#revive(session, unmade, now);
        await this.#insert(session, without(unmade, revived), now);
      });
      for (const [name, ids] of await this.#lookUp(missing)) found.set(name, ids);
    }
    return keys.map((key) => found.get(nameOf(key)) ?? this.#lost(key));
  }

  #allKnown(keys: readonly RowKey[]): (readonly number[])[] | undefined {
    const known: (readonly number[])[] = [];
    for (const key of keys) {
      const ids = this.#known.get(key);
      if (ids === undefined) return undefined;
      known.push(ids);
    }
    return known;
  }

  async #lookUp(keys: readonly RowKey[]): Promise<Map<string, readonly number[]>> {
    const found = new Map<string, readonly number[]>();
    for (const key of keys) {
      const ids = this.#known.get(key);
      if (ids !== undefined) found.set(nameOf(key), ids);
    }
    const unknown = without(keys, found);
    if (unknown.length === 0) return found;
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    // Only what is committed may be remembered, which is why this does not take a transaction's session.
    const rows = await this.#rows(this.db, unknown);
    for (const key of unknown) {
      const name = nameOf(key);
      const ids = rows.found.get(name);
      if (ids === undefined) continue;
      if (rows.settled.has(name)) this.#known.set(key, ids);
      found.set(name, ids);
    }
    return found;
  }

  async #insert(session: SqlSession, keys: readonly RowKey[], now: number): Promise<void> {
    const { table, columns, onMade } = this.of;
    const rows = keys.map((key) => this.of.newRow(key, now));
    await session.insertRows(table, columns, rows);
    if (onMade === undefined || keys.length === 0) return;
    // The transaction looked for these keys before, and (REPEATABLE READ) sees nothing newer of others: these are its own.
    const { found } = await this.#rows(session, keys);
    await onMade([...found.values()].flat());
  }

  /** Those of the keys that had a retired row, which counts again. */
  async #revive(session: SqlSession, keys: readonly RowKey[], now: number): Promise<Map<string, number>> {
    const { table, retired } = this.of;
    const revived = new Map<string, number>();
    if (retired === undefined || this.#selectRetired === undefined || keys.length === 0) return revived;
    const rows = await session.allForEach<FoundRow & Record<string, number>>(this.#selectRetired, keys);
    for (const row of rows.sort((a, b) => a.updated - b.updated || a.id - b.id)) {
      const name = this.#nameIn(row);
      if (!revived.has(name)) revived.set(name, row.id);
    }
    await session.updateByIds(table, retired.revival, [now], [...revived.values()]);
    return revived;
  }

  async #rows(session: SqlSession, keys: readonly RowKey[]): Promise<Looked> {
    const rows = await session.allForEach<FoundRow & Record<string, number>>(this.#select, keys);
    const { order, settlesAfterS } = this.of;
    const latest = this.nowSeconds() - settlesAfterS;
    const looked: Looked = { found: new Map(), settled: new Set() };
    for (const row of rows.sort(order)) {
      const name = this.#nameIn(row);
      const before = looked.found.get(name);
      looked.found.set(name, before === undefined ? [row.id] : [...before, row.id]);
      // Whoever makes another row looked before the first was there.
      if (settlesAfterS === 0 || row.updated <= latest) looked.settled.add(name);
    }
    return looked;
  }

  #selectWith(condition: string | undefined): string {
    const { table, keyColumns } = this.of;
    const conditions = [...keyColumns.map((column) => `${column} = ?`), condition ?? []].flat().join(" AND ");
    const columns = ["id", "updated", ...keyColumns].join(", ");
    return `SELECT ${columns} FROM ${table} WHERE ${conditions} LIMIT ${RIVALS_MAX}`;
  }

  #nameIn(row: Readonly<Record<string, number>>): string {
    return nameOf(this.of.keyColumns.map((column) => row[column] as number));
  }

  #lost(key: RowKey): never {
    throw new Error(`${this.of.table}: the row of ${nameOf(key)} is gone`);
  }
}

/** By the key's name. */
interface Looked {
  readonly found: Map<string, readonly number[]>;
  /** No further row will come. */
  readonly settled: Set<string>;
}

/** Those of the keys that are not there, once each. */
function without(keys: readonly RowKey[], found: ReadonlyMap<string, unknown>): RowKey[] {
  const missing = new Map<string, RowKey>();
  for (const key of keys) {
    const name = nameOf(key);
    if (!found.has(name)) missing.set(name, key);
  }
  return [...missing.values()];
}

function nameOf(key: readonly number[]): string {
  return key.join("/");
}
