import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { SqlResult, SqlSession, SqlUpsert, SqlValue, SqlValues } from "./sql-database.js";

const STATEMENTS_MAX = 256;

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
    if (rows.length > 0) this.#runForEach(insertInto(table, columns), rows);
  }

  async upsertRows({ table, columns, key, merge }: SqlUpsert, rows: readonly SqlValues[]): Promise<void> {
    if (rows.length === 0) return;
    const updates = columns
      .filter((column) => !key.includes(column))
      .map((column) => `${column} = ${merge === "add" ? `${column} + ` : ""}excluded.${column}`);
    const onConflict = `ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${updates.join(", ")}`;
    this.#runForEach(`${insertInto(table, columns)} ${onConflict}`, rows);
  }

  async updateByIds(table: string, assignments: string, values: SqlValues, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const lists = ids.map((id) => [...values, id]);
    this.#runForEach(`UPDATE ${table} SET ${assignments} WHERE id = ?`, lists);
  }

  /** Statements that begin and end transactions, and pragmas. */
  execute(sql: string): void {
    this.connection.exec(sql);
  }

  #runForEach(sql: string, valueLists: readonly SqlValues[]): void {
    const statement = this.#prepared(sql);
    for (const values of valueLists) statement.run(...bound(values));
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

function insertInto(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
}

/** The driver cuts text at NUL. As bytes it is kept, and equals no text, so that `user7\0` finds nobody (LGN-08). */
function bound(values: SqlValues): SqlValues {
  for (const value of values) if (hasNul(value)) return values.map((one) => (hasNul(one) ? Buffer.from(one) : one));
  return values;
}

function hasNul(value: SqlValue): value is string {
  return typeof value === "string" && value.includes("\0");
}
