import { createConnection } from "mysql2";
import { createPool, type Pool, type PoolConnection, type RowDataPacket } from "mysql2/promise";
import { StorageOpenError } from "../storage-open-error.js";
import { MysqlSession } from "./mysql-session.js";
import { limitSilence, MysqlSilence } from "./mysql-silence.js";
import { type MysqlLimits, StatementTooLargeError } from "./mysql-statements.js";
import type { MysqlTarget } from "./mysql-url.js";
import type { SqlDatabase, SqlResult, SqlSession, SqlUpsert, SqlValues } from "./sql-database.js";

const CONNECTIONS_MAX = 8;
/** Statements that wait for a connection; beyond it they fail at once, and the caller's caller sees a busy database. */
const WAITING_MAX = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_S = 10;
/** Locks are waited for half as long at most. */
const SILENCE_MAX_MS = 20_000;
/** A transaction that met another one runs again so many times. */
const ATTEMPTS_MAX = 10;
const metAnother: ReadonlySet<unknown> = new Set(["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"]);

/**
 * Quotes are what our escaping takes them for, whatever the server's own mode (LGN-08); text that does not fit is an error,
 * never cut (MSG-23). A row that stays locked is given up before its server counts as silent; and a server that hears nothing
 * gives a connection up as soon as we do, with all that it has locked: not after the usual 8 hours.
 */
const SESSION_SETTINGS = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
  SESSION innodb_lock_wait_timeout = ?, SESSION wait_timeout = ?, SESSION net_read_timeout = ?,
  SESSION net_write_timeout = ?`;
const PACKET_MAX = "SELECT @@max_allowed_packet AS bytes";

/** InnoDB's default, whatever this server's is: RowIds tells its own new rows by it. */
const ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";

export interface MysqlOptions {
  /** Whether a missing database is made. */
  readonly create?: boolean;
  /** A statement that is unanswered for so long has failed: 20 s unless given. */
  readonly silenceMaxMs?: number;
  /** Of a statement, where the server takes larger ones. */
  readonly packetBytesMax?: number;
}

/** A MySQL or MariaDB database, through a pool of connections that are opened anew when lost. */
export class MysqlDatabase implements SqlDatabase {
  readonly dialect = "mysql";
  readonly forUpdate = " FOR UPDATE";
  readonly #anyConnection: MysqlSession;
  readonly #limits: MysqlLimits;
  readonly #silence: MysqlSilence;
  #isClosed = false;

  private constructor(
    private readonly pool: Pool,
    private readonly target: MysqlTarget,
    silenceMaxMs: number,
    packetBytesMax: number,
  ) {
    this.#limits = { packetBytesMax };
    this.#anyConnection = new MysqlSession(pool, this.#limits);
    this.#silence = new MysqlSilence(pool.pool, silenceMaxMs);
    pool.pool.on("connection", (connection) => {
      const setUp = (sql: string, values: number[], use: (rows: RowDataPacket[]) => void = () => {}) =>
        connection.query<RowDataPacket[]>(sql, values, (error, rows) => {
          // What it was made for fails then, too: it must not be done without the settings.
          if (error === null) use(rows);
          else connection.destroy();
        });
      const silenceMaxS = Math.ceil(silenceMaxMs / 1000);
      setUp(SESSION_SETTINGS, [Math.ceil(silenceMaxS / 4), silenceMaxS, silenceMaxS, silenceMaxS]);
      setUp(ISOLATION, []);
      setUp(PACKET_MAX, [], ([row]) => {
        this.#limits.packetBytesMax = Math.min(packetBytesMax, Number(row?.bytes));
      });
    });
  }

  /** @throws StorageOpenError */
  static async open(target: MysqlTarget, options: MysqlOptions = {}): Promise<MysqlDatabase> {
    const { host, port, user, password, database } = target;
    const { create = false, silenceMaxMs = SILENCE_MAX_MS, packetBytesMax = Number.POSITIVE_INFINITY } = options;
    const server = { host, port, user, password, connectTimeout: CONNECT_TIMEOUT_MS };
    const probe = createConnection(server);
    limitSilence(probe, silenceMaxMs);
    try {
      const ask = probe.promise();
      if (create) await ask.query(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4`);
      await ask.query(`USE \`${database}\``);
    } catch (error) {
      throw new StorageOpenError(`${target.shown}: ${reasonOf(error, target)}`, isAway(error));
    } finally {
      probe.end(() => {});
    }
    const pool = createPool({
      ...server,
      database,
      charset: "utf8mb4_bin",
      connectionLimit: CONNECTIONS_MAX,
      queueLimit: WAITING_MAX,
      enableKeepAlive: true,
      // Idle ones end well before the server ends them.
      maxIdle: CONNECTIONS_MAX - 1,
      idleTimeout: silenceMaxMs / 4,
      gracefulEnd: true,
    });
    return new MysqlDatabase(pool, target, silenceMaxMs, packetBytesMax);
  }

  all<Row>(sql: string, values?: SqlValues): Promise<Row[]> {
    return this.#anyConnection.all(sql, values);
  }

  allForEach<Row>(sql: string, valueLists: readonly SqlValues[]): Promise<Row[]> {
    return this.#anyConnection.allForEach(sql, valueLists);
  }

  run(sql: string, values?: SqlValues): Promise<SqlResult> {
    return this.#retried(() => this.#anyConnection.run(sql, values));
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
    return this.#retried(() => this.#withConnection((connection) => this.#inTransaction(connection, work)));
  }

  /** GET_LOCK is the server's: it holds among all processes of this database, and ends with its connection. */
  alone<T>(name: string, work: (session: SqlSession) => Promise<T>, of = { takesLong: false }): Promise<T> {
    const lock = `ttk.${this.target.database}.${name}`.slice(0, 64);
    return this.#withConnection(async (connection) => {
      if (of.takesLong) this.#silence.suffer(connection.connection);
      const session = new MysqlSession(connection, this.#limits);
      const [got] = await session.all<{ got: number }>("SELECT GET_LOCK(?, ?) AS got", [lock, LOCK_TIMEOUT_S]);
      if (got?.got !== 1) throw new Error(`the lock ${lock} is taken for more than ${LOCK_TIMEOUT_S} s`);
      try {
        return await this.#inTransaction(connection, work);
      } finally {
        // What cannot be released any more, the server releases with the connection.
        await session.all("SELECT RELEASE_LOCK(?)", [lock]).catch(() => connection.destroy());
      }
    });
  }

  refusesValues(error: unknown): boolean {
    if (error instanceof StatementTooLargeError) return true;
    const { code, sqlState } = error as { code?: unknown; sqlState?: unknown };
    return code === "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD" || (typeof sqlState === "string" && sqlState.startsWith("22"));
  }

  async lacking(): Promise<readonly string[]> {
    return this.all("SELECT 1").then(
      () => [],
      (error: unknown) => [`MySQL (${reasonOf(error, this.target)})`],
    );
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.pool.end();
  }

  async #withConnection<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.pool.getConnection();
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  }

  async #inTransaction<T>(connection: PoolConnection, work: (session: SqlSession) => Promise<T>): Promise<T> {
    await connection.beginTransaction();
    try {
      const result = await work(new MysqlSession(connection, this.#limits));
      await connection.commit();
      return result;
    } catch (error) {
      // What cannot be rolled back any more, the server rolls back with the connection.
      await connection.rollback().catch(() => connection.destroy());
      throw error;
    }
  }

  async #retried<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !metAnother.has((error as { code?: unknown }).code)) throw error;
      }
    }
  }
}

const awayCodes: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH"]);

function isAway(error: unknown): boolean {
  return awayCodes.has((error as { code?: unknown }).code);
}

function reasonOf(error: unknown, { database, user, host, port }: MysqlTarget): string {
  const { code, message } = error as { code?: string; message: string };
  if (isAway(error)) return `no MySQL server answers at ${host}:${port} (${code})`;
  if (code?.startsWith("ER_ACCESS_DENIED")) return `the server refuses the user ${user} or the password`;
  if (code === "ER_BAD_DB_ERROR") return `there is no database ${database}; ttk seed makes it`;
  return message;
}
