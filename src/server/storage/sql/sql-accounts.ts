import type { AccountStorage, Credentials, UserRecord } from "../storage.js";
import { fits, storageLimits } from "../storage-limits.js";
import type { LiveState } from "./live-state.js";
import type { SqlDatabase, SqlValue } from "./sql-database.js";
import { credentialsOf, type UserRow, userColumns, userOf } from "./sql-user-rows.js";

const STATUS_MAY_LOG_IN = 0;
const STATUS_LEFT = 3;
const KNOWN_MAX = 1_000_000;
/** Takes a time twice. */
const NOT_BELOW = "CASE WHEN updated > ? THEN updated ELSE ? END";

export class SqlAccounts implements AccountStorage {
  /** Users never go away, so those that were seen need not be looked for again. */
  readonly #known = new Set<number>();

  constructor(
    private readonly db: SqlDatabase,
    private readonly live: LiveState,
    private readonly nowSeconds: () => number,
  ) {}

  /** Those of the ids that exist. Hot: asked for every message. */
  async existing(ids: readonly number[]): Promise<ReadonlySet<number>> {
    const unknown = [...new Set(ids)].filter((id) => !this.#known.has(id));
    if (unknown.length > 0) {
      if (this.#known.size > KNOWN_MAX) this.#known.clear();
      const lists = unknown.map((id) => [id]);
      const rows = await this.db.allForEach<{ id: number }>("SELECT id FROM IMUser WHERE id = ?", lists);
      for (const { id } of rows) this.#known.add(id);
    }
    return this.#known;
  }

  async credentials(name: string): Promise<Credentials | undefined> {
    if (!fits(name, storageLimits.userNameChars)) return undefined;
    const rows = await this.db.all<UserRow>(`SELECT ${userColumns} FROM IMUser WHERE name = ? ORDER BY id`, [name]);
    // MySQL takes no notice of blanks at the end (LGN-08).
    const named = rows.map(credentialsOf).filter(({ user }) => user.name === name);
    // Original servers look among those who may log in, and take the last of several.
    return named.findLast(({ user }) => user.status === STATUS_MAY_LOG_IN) ?? named.at(-1);
  }

  async byIds(ids: readonly number[]): Promise<UserRecord[]> {
    const wanted = [...new Set(ids)];
    const rows = await this.db.allForEach<UserRow>(
      `SELECT ${userColumns} FROM IMUser WHERE id = ?`,
      wanted.map((id) => [id]),
    );
    const found = new Map(rows.map(userOf).map((user) => [user.id, user]));
    return wanted.flatMap((id) => found.get(id) ?? []);
  }

  /**
   * PUL-09: no change that follows stays below the newest time in here. Where others write the table, too, and no index
   * tells its newest time, that time is announced before the list is read which is handed out: either it has the change,
   * or who changed sees the announcement.
   */
  async changedSince(since: number): Promise<UserRecord[]> {
    if (this.live.isTransactional) return this.#changedSince(since);
    const announced = await this.live.lastUserChange();
    const found = await this.#changedSince(since);
    const newest = found.reduce((latest, { updated }) => Math.max(latest, updated), 0);
    if (newest <= announced) return found;
    await this.live.userChanged(newest);
    return (await this.#changedSince(since)).map((user) =>
      user.updated > newest ? { ...user, updated: newest } : user,
    );
  }

  async #changedSince(since: number): Promise<UserRecord[]> {
    const condition = since === 0 ? `status <> ${STATUS_LEFT}` : "updated >= ?";
    const rows = await this.db.all<UserRow>(
      `SELECT ${userColumns} FROM IMUser WHERE ${condition} ORDER BY id`,
      since === 0 ? [] : [since],
    );
    return rows.map(userOf);
  }

  async setSignInfo(userId: number, text: string): Promise<boolean> {
    return Buffer.byteLength(text) <= storageLimits.signInfoBytes && this.#change(userId, "sign_info", text);
  }

  async setAvatar(userId: number, url: string): Promise<boolean> {
    return fits(url, storageLimits.avatarChars) && this.#change(userId, "avatar", url);
  }

  async #change(userId: number, column: "sign_info" | "avatar", value: SqlValue): Promise<boolean> {
    const now = this.nowSeconds();
    const change = `UPDATE IMUser SET ${column} = ?, updated = ${NOT_BELOW} WHERE id = ?`;
    const { affected } = await this.db.run(change, [value, now, now, userId]);
    if (affected === 0) return false;
    // PUL-09: lists have what is not older than the time that a client was handed. So a change must not stay below it,
    // though the clock was set back, others' clocks are ahead, or storing took its time.
    const time = Math.max(now, await this.live.lastUserChange());
    if (time > now) await this.db.run(`UPDATE IMUser SET updated = ${NOT_BELOW} WHERE id = ?`, [time, time, userId]);
    await this.live.userChanged(time);
    return true;
  }
}
