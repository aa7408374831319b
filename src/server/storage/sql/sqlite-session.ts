import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { SqlResult, SqlSession, SqlUpsert, SqlValue, SqlValues } from "./sql-database.js";

const STATEMENTS_MAX = 256;
/** So many rows go into one statement, as long as there are that many: a call of the driver costs as much as a row. */
const BLOCKS = [128, 32, 8, 1];

/** One connection to SQLite. Calls do their work before they return; the promises are the port's. */
export class SqliteSession implements SqlSession {
  readonly #statements = new Map<string, StatementSyncInstance>();

  constructor(private readonly connection: DatabaseSyncInstance) {}

  async all<Row>(sql: string, values: SqlValues = []): Promise<Row[]> {
    return this.#prepared(sql).all(...bound(values)) as Row[];
  }

  async allForEach<Row>(sql: string, valueLists: readonly SqlValues[]): Promise<Row[]> {
    const statement = this.#prepared(sql);
    // Together they lock the file once; alone, each would.
    const areAlone = valueLists.length > 1 && !this.connection.isTransaction;
    if (areAlone) this.execute("BEGIN");
    try {
      return valueLists.flatMap((values) => statement.all(...bound(values)) as Row[]);
    } finally {
      if (areAlone) this.execute("COMMIT");
    }
  }

  async run(sql: string, values: SqlValues = []): Promise<SqlResult> {
    const { changes, lastInsertRowid } = this.#prepared(sql).run(...bound(values));
    return { affected: Number(changes), insertedId: Number(lastInsertRowid) };
  }

  async insertRows(table: string, columns: readonly string[], rows: readonly SqlValues[]): Promise<void> {
    this.#runInBlocks(rows, (count) => insertInto(table, columns, count));
  }

  async upsertRows({ table, columns, key, merge }: SqlUpsert, rows: readonly SqlValues[]): Promise<void> {
    const merged = {
      add: (column: string) => `${column} + excluded.${column}`,
      set: (column: string) => `excluded.${column}`,
      raise: (column: string) => `MAX(${column}, excluded.${column})`,
    }[merge];
    const updates = columns.filter((column) => !key.includes(column)).map((column) => `${column} = ${merged(column)}`);
    const onConflict = `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${updates.join(", ")}`;
    this.#runInBlocks(rows, (count) => `${insertInto(table, columns, count)} ${onConflict}`);
  }

  async updateByIds(table: string, assignments: string, values: SqlValues, ids: readonly number[]): Promise<void> {
    const lists = ids.map((id) => [id]);
    this.#runInBlocks(
      lists,
      (count) => `UPDATE ${table} SET ${assignments} WHERE id IN (${placeholders(count)})`,
      values,
    );
  }

  /** Statements that begin and end transactions, and pragmas. */
  execute(sql: string): void {
    this.connection.exec(sql);
  }

  /** Hot. `first` are values that stand before those of each block. */
  #runInBlocks(rows: readonly SqlValues[], sqlFor: (rowCount: number) => string, first: SqlValues = []): void {
    let at = 0;
    for (const block of BLOCKS) {
      if (rows.length - at < block) continue;
      const statement = this.#prepared(sqlFor(block));
      for (; rows.length - at >= block; at += block) {
        const values: SqlValue[] = [...first];
        for (let index = at; index < at + block; index++) addBound(values, rows[index] as SqlValues);
        statement.run(...values);
      }
    }
  }

  #prepared(sql: string): StatementSyncInstance {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(sql);
    this.#statements.set(sql, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > STATEMENTS_MAX && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}

function insertInto(table: string, columns: readonly string[], rowCount: number): string {
  const row = `(${placeholders(columns.length)})`;
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${Array(rowCount).fill(row).join(", ")}`;
}

function placeholders(count: number): string {
  return Array(count).fill("?").join(", ");
}

function bound(values: SqlValues): SqlValue[] {
  const added: SqlValue[] = [];
  addBound(added, values);
  return added;
}

/** The driver cuts text at NUL. As bytes it is kept, and equals no text, so that `user7\0` finds nobody (LGN-08). */
function addBound(values: SqlValue[], added: SqlValues): void {
  for (const value of added) {
    values.push(typeof value === "string" && value.includes("\0") ? Buffer.from(value) : value);
  }
}
