import { format, escape as quoted } from "mysql2";
import type { Connection, Pool, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { type MysqlLimits, type StatementFrame, statementsOf } from "./mysql-statements.js";
import type { SqlResult, SqlSession, SqlUpsert, SqlValue, SqlValues } from "./sql-database.js";

/** Rows, or SELECTs, in one statement. */
const AT_ONCE = 100;
const INSERTED_AT_ONCE = 500;

/**
 * Statements on one connection, or on any of a pool. Many rows travel in one statement, as far as the server takes it: each
 * is a round trip.
 */
export class MysqlSession implements SqlSession {
  constructor(
    private readonly connection: Connection | Pool,
    private readonly limits: MysqlLimits,
  ) {}

  async all<Row>(sql: string, values: SqlValues = []): Promise<Row[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql, [...values]);
    return rows as Row[];
  }

  async allForEach<Row>(sql: string, valueLists: readonly SqlValues[]): Promise<Row[]> {
    const rows: Row[] = [];
    const parts = valueLists.map((values, index) => `SELECT * FROM (${format(sql, [...values])}) AS part${index}`);
    const unions = { each: "a SELECT", before: "", between: " UNION ALL ", after: "" };
    for (const union of statementsOf(unions, parts, AT_ONCE, this.limits)) rows.push(...(await this.all<Row>(union)));
    return rows;
  }

  async run(sql: string, values: SqlValues = []): Promise<SqlResult> {
    const [result] = await this.connection.query<ResultSetHeader>(sql, [...values]);
    return { affected: result.affectedRows, insertedId: result.insertId };
  }

  async insertRows(
    table: string,
    columns: readonly string[],
    rows: readonly SqlValues[],
    same: Readonly<Record<string, SqlValue>> = {},
  ): Promise<void> {
    const values = Object.values(same);
    await this.#runAll(
      { ...insertInto(table, [...columns, ...Object.keys(same)]), after: "" },
      rows.map((row) => rowOf([...row, ...values])),
    );
  }

  async upsertRows({ table, columns, key, merge }: SqlUpsert, rows: readonly SqlValues[]): Promise<void> {
    const merged = {
      add: (column: string) => `${column} + VALUES(${column})`,
      set: (column: string) => `VALUES(${column})`,
      raise: (column: string) => `GREATEST(${column}, VALUES(${column}))`,
    }[merge];
    const updates = columns.filter((column) => !key.includes(column)).map((column) => `${column} = ${merged(column)}`);
    // Sorted by key, so that two transactions lock the rows in one order.
    await this.#runAll(
      { ...insertInto(table, columns), after: ` ON DUPLICATE KEY UPDATE ${updates.join(", ")}` },
      rows.toSorted(byNumbers).map(rowOf),
    );
  }

  /** The upsert locks each row until the transaction ends, so that what is read back is this one's own. */
  async upsertedRows<Row>(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<Row[]> {
    await this.upsertRows(upsert, rows);
    const { table, columns, key } = upsert;
    const condition = key.map((column) => `${column} = ?`).join(" AND ");
    const places = key.map((column) => columns.indexOf(column));
    return this.allForEach<Row>(
      `SELECT ${columns.join(", ")} FROM ${table} WHERE ${condition}`,
      rows.map((row) => places.map((place) => row[place] as SqlValue)),
    );
  }

  async updateByIds(
    table: string,
    assignments: string,
    values: SqlValues,
    ids: readonly number[],
    condition = "TRUE",
  ): Promise<void> {
    const update = format(`UPDATE ${table} SET ${assignments} WHERE ${condition}`, [...values]);
    const frame = { each: `an update of ${table}`, before: `${update} AND id IN (`, between: ", ", after: ")" };
    await this.#runAll(frame, ids.map(String));
  }

  async #runAll(frame: StatementFrame, parts: readonly string[]): Promise<void> {
    for (const statement of statementsOf(frame, parts, INSERTED_AT_ONCE, this.limits)) await this.run(statement);
  }
}

function insertInto(table: string, columns: readonly string[]): Omit<StatementFrame, "after"> {
  return { each: `a row of ${table}`, before: `INSERT INTO ${table} (${columns.join(", ")}) VALUES `, between: ", " };
}

function rowOf(values: SqlValues): string {
  return `(${values.map((value) => quoted(value)).join(", ")})`;
}

function byNumbers(a: SqlValues, b: SqlValues): number {
  for (const [index, value] of a.entries()) {
    const difference = Number(value) - Number(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}
