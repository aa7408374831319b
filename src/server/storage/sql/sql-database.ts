export type SqlValue = number | string | Buffer | null;
export type SqlValues = readonly SqlValue[];

export interface SqlResult {
  /** Rows that the condition found, changed or not. */
  readonly affected: number;
  /** Of an insert into a table that numbers its rows. */
  readonly insertedId: number;
}

/** How a row that is there already takes up a new one: every other column is added to, set, or raised to it. */
export interface SqlUpsert {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly merge: "add" | "set" | "raise";
}

/** Statements of one connection, in both dialects alike. Placeholders are `?`; numbers are 32-bit and come back as numbers. */
export interface SqlSession {
  all<Row>(sql: string, values?: SqlValues): Promise<Row[]>;
  /** The rows of one SELECT for each list of values, all together. */
  allForEach<Row>(sql: string, valueLists: readonly SqlValues[]): Promise<Row[]>;
  run(sql: string, values?: SqlValues): Promise<SqlResult>;
  /** @param same further columns, with the value that each has in all of the rows */
  insertRows(
    table: string,
    columns: readonly string[],
    rows: readonly SqlValues[],
    same?: Readonly<Record<string, SqlValue>>,
  ): Promise<void>;
  upsertRows(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<void>;
  /** The same; resolves to what the rows have become, in no order. */
  upsertedRows<Row>(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<Row[]>;
  /**
   * `UPDATE table SET assignments WHERE condition AND id = …` for each id; a row that does not meet the condition stays.
   * @param values of the assignments, then of the condition
   */
  updateByIds(
    table: string,
    assignments: string,
    values: SqlValues,
    ids: readonly number[],
    condition?: string,
  ): Promise<void>;
}

export interface SqlDatabase extends SqlSession {
  /** Ends a SELECT inside a transaction that is about to change what it reads. */
  readonly forUpdate: "" | " FOR UPDATE";
  readonly dialect: "sqlite" | "mysql";
  /**
   * All or nothing, and durable once it resolves (MSG-10). `work` may run again when another process was in the way, so it
   * must not change anything but the database.
   */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  /**
   * A transaction that begins after every other of that name has ended, in any process. For what must be made once, and has
   * no unique index in the tables of a deployment (MSG-02).
   * @param of `takesLong`: a statement of it may take minutes, as the making and emptying of tables does
   */
  alone<T>(name: string, work: (session: SqlSession) => Promise<T>, of?: { readonly takesLong: boolean }): Promise<T>;
  /** Whether a statement failed for a value that the column cannot hold, so that it would again; its transaction goes on. */
  refusesValues?(error: unknown): boolean;
  /** The server behind it, where there is one that does not answer now. */
  lacking?(): Promise<readonly string[]>;
  close(): Promise<void>;
}
