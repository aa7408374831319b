import { ConversationRows, GROUP } from "./conversation-rows.js";
import type { RedisConnection } from "./redis-connections.js";
import type { SqlDatabase } from "./sql-database.js";

const INTERVAL_MS = 5_000;
const KEY = "last_update_group";
/** The longest that a message is under way to the table with its time, and that clocks differ. */
const OVERLAP_S = 5;

/**
 * GRP-11 in a shared deployment: each 5 s the members of groups that were chatted in since the last sweep get a recent
 * session in the table, for original servers to read. Any server may do it, original ones too; twice does no harm.
 */
export class GroupSessionSweep {
  readonly #timer: NodeJS.Timeout;
  readonly #rows: ConversationRows;
  #running: Promise<void> | undefined;

  constructor(
    private readonly db: SqlDatabase,
    private readonly unread: RedisConnection,
    private readonly nowSeconds: () => number,
  ) {
    this.#rows = new ConversationRows(db, { nowSeconds });
    // A sweep that fails is made good by the next: the mark stays where it was.
    this.#timer = setInterval(() => void this.sweep().catch(() => {}), INTERVAL_MS);
    this.#timer.unref();
  }

  /** One at a time. */
  async sweep(): Promise<void> {
    this.#running ??= this.#sweepOnce().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running?.catch(() => {});
  }

  async #sweepOnce(): Promise<void> {
    const now = this.nowSeconds();
    // The mark is of whoever swept last, by its own clock.
    const since = Math.max(0, Number((await this.unread.get(KEY)) ?? 0) - OVERLAP_S);
    const members = await this.db.all<{ groupId: number; userId: number; lastChated: number }>(
      `SELECT m.groupId, m.userId, g.lastChated FROM IMGroup g JOIN IMGroupMember m ON m.groupId = g.id
       WHERE g.lastChated >= ? AND g.lastChated > 0 AND g.status = 0 AND m.status = 0`,
      [since],
    );
    const sessions = members.map(({ groupId, userId }) => ({ userId, kind: GROUP, id: groupId }));
    const ids = await this.#rows.makeSessions(sessions, now);
    const byTime = new Map<number, number[]>();
    for (const [index, { lastChated }] of members.entries()) {
      const known = byTime.get(lastChated) ?? [];
      known.push(ids[index] as number);
      byTime.set(lastChated, known);
    }
    for (const [lastChated, sessionIds] of byTime) {
      await this.db.updateByIds(
        "IMRecentSession",
        // What its user removed after that message stays removed (MSG-22).
        `status = IF(status = 1 AND updated >= ${Number(lastChated)}, 1, 0), updated = GREATEST(updated, ?)`,
        [lastChated],
        sessionIds,
      );
    }
    await this.unread.set(KEY, String(now));
  }
}
