import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseSync, type DatabaseSyncInstance } from "@photostructure/sqlite";
import { StorageOpenError } from "../storage-open-error.js";
import type { SqlDatabase, SqlResult, SqlSession, SqlUpsert, SqlValues } from "./sql-database.js";
import { SqliteSession } from "./sqlite-session.js";

/** How long another process may hold the file before a write fails. */
const BUSY_TIMEOUT_MS = 5_000;
/**
 * How soon a write looks again whether it may: soon enough that a busy process, which pauses between two commits, does not keep
 * another one out. SQLite's own waiting would look ten times a second, and stop this process meanwhile.
 */
const BUSY_RETRY_MS = 1;
const SQLITE_BUSY = 5;
/**
 * After a commit there is as long a pause as it took, up to this: the next one takes many messages along, and others have their
 * turn. Who writes after the pause does not wait.
 */
const COMMIT_PAUSE_MAX_MS = 3;
/** Of each of the two connections. */
const CACHE_KB = 32 * 1024;
/** Some milliseconds of reading. */
const LISTS_A_TURN = 1_000;
/** 32 MB of log before it is carried over into the file: that, too, costs an fsync. */
const CHECKPOINT_PAGES = 8_000;

interface Job {
  readonly work: (session: SqlSession) => Promise<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A SQLite file, which other processes may use at the same time. What is written together is committed together: all
 * transactions that wait become one, and its one fsync makes them durable (WAL with synchronous=FULL). When one of them
 * fails they run again, each by itself; savepoints would spare that, and copy each page of every commit. Reads have a
 * connection to themselves, that sees only what is committed.
 */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = "sqlite";
  readonly forUpdate = "";
  readonly #writer: SqliteSession;
  readonly #reader: SqliteSession;
  #jobs: Job[] = [];
  #committing: Promise<void> | undefined;
  /** By performance.now(). */
  #pausesUntilMs = 0;

  private constructor(
    private readonly connections: readonly [writer: DatabaseSyncInstance, reader: DatabaseSyncInstance],
  ) {
    this.#writer = new SqliteSession(connections[0]);
    this.#reader = new SqliteSession(connections[1]);
  }

  /** Opens the file, which is made when missing. @throws StorageOpenError */
  static open(path: string): SqliteDatabase {
    try {
      const connections = [connect(path), connect(path)] as const;
      connections[0].exec("PRAGMA busy_timeout = 0");
      return new SqliteDatabase(connections);
    } catch (error) {
      throw new StorageOpenError(`sqlite:${path}: ${(error as Error).message}`);
    }
  }

  all<Row>(sql: string, values?: SqlValues): Promise<Row[]> {
    return this.#reader.all(sql, values);
  }

  /** A client may ask for very many at once, and others are served meanwhile (PUL-10). */
  async allForEach<Row>(sql: string, valueLists: readonly SqlValues[]): Promise<Row[]> {
    if (valueLists.length <= LISTS_A_TURN) return this.#reader.allForEach(sql, valueLists);
    const rows: Row[] = [];
    for (let start = 0; start < valueLists.length; start += LISTS_A_TURN) {
      if (start > 0) await nextTurn();
      const some = await this.#reader.allForEach<Row>(sql, valueLists.slice(start, start + LISTS_A_TURN));
      for (const row of some) rows.push(row);
    }
    return rows;
  }

  run(sql: string, values?: SqlValues): Promise<SqlResult> {
    return this.transaction((session) => session.run(sql, values));
  }

  insertRows(...inserted: Parameters<SqlSession["insertRows"]>): Promise<void> {
    return this.transaction((session) => session.insertRows(...inserted));
  }

  upsertRows(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<void> {
    return this.transaction((session) => session.upsertRows(upsert, rows));
  }

  upsertedRows<Row>(upsert: SqlUpsert, rows: readonly SqlValues[]): Promise<Row[]> {
    return this.transaction((session) => session.upsertedRows(upsert, rows));
  }

  updateByIds(...updated: Parameters<SqlSession["updateByIds"]>): Promise<void> {
    return this.transaction((session) => session.updateByIds(...updated));
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ work, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  /** A write transaction is alone, in this process and among others. */
  alone<T>(_name: string, work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.transaction(work);
  }

  async close(): Promise<void> {
    await this.#committing;
    for (const connection of this.connections) if (connection.isOpen) connection.close();
  }

  async #commitAll(): Promise<void> {
    while (this.#jobs.length > 0) {
      // What else arrives in this tick comes along.
      const waitMs = this.#pausesUntilMs - performance.now();
      await (waitMs < 1 ? new Promise((resolve) => setImmediate(resolve)) : delay(waitMs));
      const startedMs = performance.now();
      let jobs: readonly Job[] = [];
      try {
        await this.#begin();
        jobs = this.#jobs.splice(0);
        await this.#commit(jobs);
      } catch (error) {
        if (jobs.length === 0) jobs = this.#jobs.splice(0);
        for (const { reject } of jobs) reject(error);
      }
      const endedMs = performance.now();
      this.#pausesUntilMs = endedMs + Math.min(endedMs - startedMs, COMMIT_PAUSE_MAX_MS);
    }
    this.#committing = undefined;
  }

  /** Waits for its turn among the processes that write to the file; reads and heartbeats go on meanwhile. */
  async #begin(): Promise<void> {
    const deadlineMs = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        return this.#writer.execute("BEGIN IMMEDIATE");
      } catch (error) {
        // The extended codes of the same meaning have it in their low byte.
        const isBusy = (((error as { errcode?: number }).errcode ?? 0) & 0xff) === SQLITE_BUSY;
        if (!isBusy || performance.now() >= deadlineMs) throw error;
        await delay(BUSY_RETRY_MS);
      }
    }
  }

  /** @throws when the database cannot even roll back */
  async #commit(jobs: readonly Job[]): Promise<void> {
    const writer = this.#writer;
    try {
      const results: unknown[] = [];
      for (const { work } of jobs) results.push(await work(writer));
      writer.execute("COMMIT");
      for (const [index, { resolve }] of jobs.entries()) resolve(results[index] as never);
    } catch (error) {
      // A COMMIT that failed may have rolled back by itself.
      if (this.connections[0].isTransaction) writer.execute("ROLLBACK");
      if (jobs.length === 1) jobs[0]?.reject(error);
      else for (const job of jobs) await this.#commitAlone(job);
    }
  }

  /** So that one that fails takes no other with it. */
  async #commitAlone(job: Job): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      job.reject(error);
      return;
    }
    await this.#commit([job]);
  }
}

function connect(path: string): DatabaseSyncInstance {
  const connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  connection.exec("PRAGMA journal_mode = WAL");
  connection.exec("PRAGMA synchronous = FULL");
  connection.exec(`PRAGMA cache_size = -${CACHE_KB}`);
  connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return connection;
}
