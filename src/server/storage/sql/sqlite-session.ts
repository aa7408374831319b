import type { DatabaseSyncInstance, StatementSyncInstance } from "@photostructure/sqlite";
import type { SqlResult, SqlSession, SqlUpsert, SqlValue, SqlValues } from "./sql-database.js";

const STATEMENTS_MAX = 256;
/** So many rows go into one statement, as long as there are that many: a call of the driver costs as much as a row. */
const BLOCKS = [128, 32, 8, 1];

/** A statement about many rows, as its text around and for one of them. */
interface RowsSql {
  readonly before: string;
  readonly row: string;
  readonly after: string;
}

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

  async insertRows(
    table: string,
    columns: readonly string[],
    rows: readonly SqlValues[],
    same: Readonly<Record<string, SqlValue>> = {},
  ): Promise<void> {
    const first = Object.values(same);
    const sql = insertSql(table, [...Object.keys(same), ...columns], first.length);
    this.#inBlocks(sql, boundRows(rows), columns.length, bound(first), run);
  }

  async upsertRows(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<void> {
    this.#inBlocks(upsertSql(upsert), boundRows(rows), upsert.columns.length, [], run);
  }

  async upsertedRows<Row>(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<Row[]> {
    const sql = upsertSql(upsert);
    const after = `${sql.after} RETURNING ${upsert.columns.join(", ")}`;
    const upserted: Row[] = [];
    this.#inBlocks({ ...sql, after }, boundRows(rows), upsert.columns.length, [], (statement, values) => {
      upserted.push(...(statement.all(...values) as Row[]));
    });
    return upserted;
  }

  async updateByIds(
    table: string,
    assignments: string,
    values: SqlValues,
    ids: readonly number[],
    condition = "TRUE",
  ): Promise<void> {
    const before = `UPDATE ${table} SET ${assignments} WHERE ${condition} AND id IN (`;
    this.#inBlocks({ before, row: "?", after: ")" }, ids, 1, bound(values), run);
  }

  /** Statements that begin and end transactions, and pragmas. */
  execute(sql: string): void {
    this.connection.exec(sql);
  }

  /**
   * Hot.
   * @param values of all rows, one after the other, each of so many as `width`
   * @param first values that stand before those of each block
   */
  #inBlocks(
    sql: RowsSql,
    values: SqlValues,
    width: number,
    first: SqlValues,
    use: (statement: StatementSyncInstance, values: SqlValues) => void,
  ): void {
    let at = 0;
    for (const block of BLOCKS) {
      const size = block * width;
      if (values.length - at < size) continue;
      const statement = this.#preparedFor(sql, block);
      for (; values.length - at >= size; at += size) use(statement, [...first, ...values.slice(at, at + size)]);
    }
  }

  /** Looked up by less than its text, which is long. */
  #preparedFor({ before, row, after }: RowsSql, rowCount: number): StatementSyncInstance {
    const name = `${rowCount} ${before}${row}${after}`;
    return (
      this.#statements.get(name) ?? this.#prepare(name, `${before}${Array(rowCount).fill(row).join(", ")}${after}`)
    );
  }

  #prepared(sql: string): StatementSyncInstance {
    return this.#statements.get(sql) ?? this.#prepare(sql, sql);
  }

  #prepare(name: string, sql: string): StatementSyncInstance {
    const statement = this.connection.prepare(sql);
    this.#statements.set(name, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > STATEMENTS_MAX && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}

/** @param sameCount how many of the columns, the first ones, take one value for all rows */
function insertSql(table: string, columns: readonly string[], sameCount = 0): RowsSql {
  const places = columns.map((_, index) => (index < sameCount ? `?${index + 1}` : "?"));
  return {
    before: `INSERT INTO ${table} (${columns.join(", ")}) VALUES `,
    row: `(${places.join(", ")})`,
    after: "",
  };
}

function upsertSql({ table, columns, key, merge }: SqlUpsert): RowsSql {
  const merged = {
    add: (column: string) => `${column} + excluded.${column}`,
    set: (column: string) => `excluded.${column}`,
    raise: (column: string) => `MAX(${column}, excluded.${column})`,
  }[merge];
  const updates = columns.filter((column) => !key.includes(column)).map((column) => `${column} = ${merged(column)}`);
  const after = ` ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${updates.join(", ")}`;
  return { ...insertSql(table, columns), after };
}

function run(statement: StatementSyncInstance, values: SqlValues): void {
  statement.run(...values);
}

function bound(values: SqlValues): SqlValue[] {
  return boundRows([values]);
}

/** The driver cuts text at NUL. As bytes it is kept, and equals no text, so that `user7\0` finds nobody (LGN-08). */
function boundRows(rows: readonly SqlValues[]): SqlValue[] {
  const values: SqlValue[] = [];
  for (const row of rows) {
    for (const value of row) {
      values.push(typeof value === "string" && value.includes("\0") ? Buffer.from(value) : value);
    }
  }
  return values;
}
