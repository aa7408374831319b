import { FAILURE_WINDOW_MS, FAILURES_MAX } from "../login-guard.js";
import { GROUP } from "./conversation-rows.js";
import type { Device, GroupTalk, IdsWanted, LiveState, SequenceKey, UnreadRaise } from "./live-state.js";
import type { MessageTables } from "./message-tables.js";
import type { RedisConnection, RedisConnections } from "./redis-connections.js";
import type { SqlSession } from "./sql-database.js";

const IOS = 0x11;
const ANDROID = 0x12;
/** Sequences whose counter is known to be right; beyond it they are compared with the table again. */
const SETTLED_MAX = 200_000;
const LAST_USER_CHANGE_KEY = "total_user_update";
const HANDED_OUT_KEY = "ttk_handed_out";
const HANDED_OUT_KEPT_S = 60;

/**
 * In the keys of a deployment (docs/spec/storage.md), for our servers and original ones at the same time. A counter that
 * Redis lost is raised to the table's highest id when this process first uses it, or sees it go back, so that no id is given
 * twice (MSG-02).
 */
export class RedisState implements LiveState {
  readonly isTransactional = false;
  readonly #unread: RedisConnection;
  readonly #groupSet: RedisConnection;
  readonly #token: RedisConnection;
  readonly #groupMember: RedisConnection;
  /** By counters that were compared with the table, the last id that this process was given; 0 before the first. */
  readonly #given = new Map<string, number>();

  constructor(
    private readonly connections: RedisConnections,
    private readonly tables: MessageTables,
  ) {
    this.#unread = connections.of("unread");
    this.#groupSet = connections.of("group_set");
    this.#token = connections.of("token");
    this.#groupMember = connections.of("group_member");
  }

  async takeIds(_: SqlSession, wanted: readonly IdsWanted[]): Promise<number[]> {
    await this.#settle(wanted);
    return Promise.all(wanted.map((one) => this.#take(one)));
  }

  async raiseLastId(sequence: SequenceKey, lastId: number): Promise<void> {
    await this.#unread.raiseCounter(counterKey(sequence), lastId);
  }

  async startSequences(sequences: readonly SequenceKey[]): Promise<void> {
    const counters = sequences.map(counterKey);
    for (const counter of counters) this.#given.delete(counter);
    await Promise.all(counters.map((counter) => this.#unread.set(counter, "0")));
  }

  async raiseUnread(_: SqlSession, raises: readonly UnreadRaise[]): Promise<void> {
    await Promise.all(
      raises.map(({ userId, peerId, by }) => this.#unread.hincrby(`unread_${userId}`, String(peerId), by)),
    );
  }

  async clearUnread(_: SqlSession, userId: number, peerId: number): Promise<void> {
    await this.#unread.hdel(`unread_${userId}`, String(peerId));
  }

  async unreadOf(userId: number): Promise<Map<number, number>> {
    const counts = Object.entries(await this.#unread.hgetall(`unread_${userId}`));
    return new Map(
      counts
        .map(([peerId, count]): [number, number] => [Number(peerId), Number(count)])
        .filter(([, count]) => count > 0),
    );
  }

  async groupsTalked(_: SqlSession, talks: readonly GroupTalk[]): Promise<void> {
    await Promise.all(
      talks.map(async ({ groupId, count, lastId, senders }) => {
        const total = await this.#unread.hincrby(groupCountKey(groupId), "count", count);
        const read = [...senders].map(([userId, ownLastId]) =>
          this.#unread.raiseField(userCountKey(userId, groupId), "count", total - (lastId - ownLastId)),
        );
        await Promise.all(read);
      }),
    );
  }

  async readGroup(_: SqlSession, groupId: number, userIds: readonly number[]): Promise<void> {
    const total = Number((await this.#unread.hget(groupCountKey(groupId), "count")) ?? 0);
    await Promise.all(userIds.map((userId) => this.#unread.raiseField(userCountKey(userId, groupId), "count", total)));
  }

  async groupUnreadOf(userId: number, groupIds: readonly number[]): Promise<Map<number, number>> {
    const counts = await Promise.all(
      groupIds.map(async (groupId): Promise<[number, number]> => {
        const [total, read] = await Promise.all([
          this.#unread.hget(groupCountKey(groupId), "count"),
          this.#unread.hget(userCountKey(userId, groupId), "count"),
        ]);
        return [groupId, Number(total ?? 0) - Number(read ?? 0)];
      }),
    );
    return new Map(counts.filter(([, count]) => count > 0));
  }

  joinTimes(_: SqlSession, asked: readonly (readonly [number, number])[]): Promise<(number | undefined)[]> {
    return Promise.all(
      asked.map(async ([groupId, userId]) => {
        const joined = await this.#groupMember.hget(memberKey(groupId), String(userId));
        return joined === null ? undefined : Number(joined);
      }),
    );
  }

  async members(_: SqlSession, groupIds: readonly number[]): Promise<Map<number, number[]>> {
    const lists = await Promise.all(groupIds.map((groupId) => this.#groupMember.hkeys(memberKey(groupId))));
    const members = new Map<number, number[]>();
    for (const [index, groupId] of groupIds.entries()) {
      const userIds = (lists[index] ?? []).map(Number);
      if (userIds.length > 0)
        members.set(
          groupId,
          userIds.sort((a, b) => a - b),
        );
    }
    return members;
  }

  async joined(_: SqlSession, groupId: number, userIds: readonly number[], now: number): Promise<void> {
    if (userIds.length === 0) return;
    await this.#groupMember.hset(memberKey(groupId), Object.fromEntries(userIds.map((userId) => [userId, now])));
  }

  async groupMade(session: SqlSession, groupId: number, userIds: readonly number[], now: number): Promise<void> {
    await this.startSequences([{ kind: GROUP, id: groupId }]);
    await this.#groupMember.del(memberKey(groupId));
    await this.readGroup(session, groupId, userIds);
    await this.joined(session, groupId, userIds, now);
  }

  async left(_: SqlSession, groupId: number, userIds: readonly number[]): Promise<void> {
    if (userIds.length > 0) await this.#groupMember.hdel(memberKey(groupId), ...userIds.map(String));
  }

  /** In a key of our own, which goes away by itself. */
  async handedOut(timeMin: number): Promise<Map<number, number>> {
    const pairs = await this.#unread.zrangebyscore(HANDED_OUT_KEY, timeMin, "+inf", "WITHSCORES");
    const times = new Map<number, number>();
    for (let at = 0; at < pairs.length; at += 2) times.set(Number(pairs[at]), Number(pairs[at + 1]));
    return times;
  }

  async handOut(userId: number, time: number, now: number): Promise<void> {
    await this.#unread.raiseScore(HANDED_OUT_KEY, String(userId), time);
    await Promise.all([
      this.#unread.zremrangebyscore(HANDED_OUT_KEY, "-inf", now - HANDED_OUT_KEPT_S),
      this.#unread.expire(HANDED_OUT_KEY, HANDED_OUT_KEPT_S),
    ]);
  }

  async setShield(groupId: number, userId: number, status: number): Promise<void> {
    await this.#groupSet.hset(`group_set_${groupId}`, { [`${userId}_1`]: status });
  }

  async shields(groupId: number, userIds: readonly number[]): Promise<Map<number, number>> {
    if (userIds.length === 0) return new Map();
    const fields = userIds.map((userId) => `${userId}_1`);
    const found = await this.#groupSet.hmget(`group_set_${groupId}`, ...fields);
    return new Map(
      userIds.flatMap((userId, index): [number, number][] => {
        const status = found[index];
        return status === null || status === undefined ? [] : [[userId, Number(status)]];
      }),
    );
  }

  /** The token's own key tells whose device it is: one that changes hands is no longer the former user's. */
  async setDevice(userId: number, device: Device | undefined): Promise<void> {
    const before = await this.#token.get(`device_${userId}`);
    const oldToken = deviceFrom(before ?? "")?.token;
    if (oldToken !== undefined) await this.#token.del(ownerKey(oldToken));
    if (device === undefined) {
      await this.#token.del(`device_${userId}`);
      return;
    }
    const owner = await this.#token.get(ownerKey(device.token));
    // Original servers leave an empty one behind.
    if (owner && owner !== String(userId)) await this.#token.del(`device_${owner}`);
    const platform = device.clientType === ANDROID ? "android" : "ios";
    await this.#token.set(`device_${userId}`, `${platform}:${device.token}`);
    // A token of digits would be somebody's user id.
    if (!/^\d+$/.test(device.token)) await this.#token.set(ownerKey(device.token), String(userId));
  }

  async devices(userIds: readonly number[]): Promise<Map<number, Device>> {
    const found = await Promise.all(userIds.map((userId) => this.#token.get(`device_${userId}`)));
    return new Map(
      userIds.flatMap((userId, index): [number, Device][] => {
        const device = deviceFrom(found[index] ?? "");
        return device === undefined ? [] : [[userId, device]];
      }),
    );
  }

  /** In a key of our own, which goes away by itself: original servers count by themselves. */
  async loginFailures(nameHash: string, since: number): Promise<number> {
    const times = await this.#unread.lrange(failuresKey(nameHash), 0, -1);
    return times.filter((time) => Number(time) > since).length;
  }

  async loginFailed(nameHash: string, now: number): Promise<void> {
    const key = failuresKey(nameHash);
    await this.#unread
      .multi()
      .rpush(key, now)
      .ltrim(key, -FAILURES_MAX, -1)
      .expire(key, FAILURE_WINDOW_MS / 1000)
      .exec();
  }

  async loginSucceeded(nameHash: string): Promise<void> {
    await this.#unread.del(failuresKey(nameHash));
  }

  async userChanged(time: number): Promise<void> {
    await this.#unread.raiseCounter(LAST_USER_CHANGE_KEY, time);
  }

  async lastUserChange(): Promise<number> {
    return Number((await this.#unread.get(LAST_USER_CHANGE_KEY)) ?? 0);
  }

  lacking(): readonly string[] {
    return this.connections.lacking();
  }

  async close(): Promise<void> {
    this.connections.close();
  }

  async #take(wanted: IdsWanted): Promise<number> {
    const counter = counterKey(wanted);
    let last = await this.#unread.incrby(counter, wanted.count);
    if (last - wanted.count < (this.#given.get(counter) ?? 0)) {
      this.#given.delete(counter);
      await this.#settle([wanted]);
      last = await this.#unread.incrby(counter, wanted.count);
    }
    this.#given.set(counter, last);
    return last - wanted.count + 1;
  }

  async #settle(sequences: readonly SequenceKey[]): Promise<void> {
    const unsettled = sequences.filter((sequence) => !this.#given.has(counterKey(sequence)));
    if (unsettled.length === 0) return;
    if (this.#given.size > SETTLED_MAX) this.#given.clear();
    for (const kind of [1, 2] as const) {
      const ids = unsettled.filter((sequence) => sequence.kind === kind).map(({ id }) => id);
      const last = await this.tables.last(kind, ids);
      await Promise.all([...last].map(([id, { msgId }]) => this.#unread.raiseCounter(counterKey({ kind, id }), msgId)));
    }
    for (const sequence of unsettled) this.#given.set(counterKey(sequence), 0);
  }
}

function counterKey({ kind, id }: SequenceKey): string {
  return kind === GROUP ? `group_msg_id_${id}` : `msg_id_${id}`;
}

function groupCountKey(groupId: number): string {
  return `${groupId}_im_group_msg`;
}

function userCountKey(userId: number, groupId: number): string {
  return `${userId}_${groupId}_im_user_group`;
}

function memberKey(groupId: number): string {
  return `group_member_${groupId}`;
}

function failuresKey(nameHash: string): string {
  return `ttk_login_failures_${nameHash}`;
}

function ownerKey(token: string): string {
  return `device_${token}`;
}

/** `ios:<token>` or `android:<token>`. Original servers write the bare token of another client, and nothing at a logout. */
function deviceFrom(text: string): Device | undefined {
  const [, platform, token] = /^(ios|android):(.+)$/s.exec(text) ?? [];
  return token === undefined ? undefined : { clientType: platform === "ios" ? IOS : ANDROID, token };
}
