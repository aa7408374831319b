import type { Connection, Pool, ResultSetHeader, RowDataPacket } from "mysql2/promise";
import type { SqlResult, SqlSession, SqlUpsert, SqlValue, SqlValues } from "./sql-database.js";

/** Rows, or SELECTs, in one statement. */
const AT_ONCE = 100;
const INSERTED_AT_ONCE = 500;

/** Statements on one connection, or on any of a pool. Many rows travel in one statement: each is a round trip. */
export class MysqlSession implements SqlSession {
  constructor(private readonly connection: Connection | Pool) {}

  async all<Row>(sql: string, values: SqlValues = []): Promise<Row[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql, [...values]);
    return rows as Row[];
  }

  async allForEach<Row>(sql: string, valueLists: readonly SqlValues[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (const some of chunks(valueLists, AT_ONCE)) {
      const union = some.map((_, index) => `SELECT * FROM (${sql}) AS part${index}`).join(" UNION ALL ");
      rows.push(...(await this.all<Row>(union, some.flat())));
    }
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
    const all = [...columns, ...Object.keys(same)];
    for (const some of chunks(rows, INSERTED_AT_ONCE)) {
      await this.run(
        insertInto(table, all, some),
        some.flatMap((row) => [...row, ...values]),
      );
    }
  }

  async upsertRows({ table, columns, key, merge }: SqlUpsert, rows: readonly SqlValues[]): Promise<void> {
    const merged = {
      add: (column: string) => `${column} + VALUES(${column})`,
      set: (column: string) => `VALUES(${column})`,
      raise: (column: string) => `GREATEST(${column}, VALUES(${column}))`,
    }[merge];
    const updates = columns.filter((column) => !key.includes(column)).map((column) => `${column} = ${merged(column)}`);
    // Sorted by key, so that two transactions lock the rows in one order.
    for (const some of chunks(rows.toSorted(byNumbers), INSERTED_AT_ONCE)) {
      const insert = insertInto(table, columns, some);
      await this.run(`${insert} ON DUPLICATE KEY UPDATE ${updates.join(", ")}`, some.flat());
    }
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
    for (const some of chunks(ids, INSERTED_AT_ONCE)) {
      const places = some.map(() => "?").join(", ");
      await this.run(`UPDATE ${table} SET ${assignments} WHERE ${condition} AND id IN (${places})`, [
        ...values,
        ...some,
      ]);
    }
  }
}

function insertInto(table: string, columns: readonly string[], rows: readonly SqlValues[]): string {
  const row = `(${columns.map(() => "?").join(", ")})`;
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${rows.map(() => row).join(", ")}`;
}

function byNumbers(a: SqlValues, b: SqlValues): number {
  for (const [index, value] of a.entries()) {
    const difference = Number(value) - Number(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let start = 0; start < list.length; start += size) found.push(list.slice(start, start + size));
  return found;
}
