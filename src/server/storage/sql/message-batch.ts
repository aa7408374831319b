import type { TableMessage } from "./audio-messages.js";
import { GROUP, type OwnSession, PEER } from "./conversation-rows.js";
import type { GroupTalk, UnreadRaise } from "./live-state.js";
import type { MessageParts } from "./message-parts.js";
import type { SqlSession } from "./sql-database.js";
import { type Talk, talksOf } from "./talk.js";

/** Never back: a time that was raised stays (HandedOutTimes). Takes a time twice, then the time that NOT_SHOWN takes. */
const SHOWN = "status = 0, updated = CASE WHEN updated > ? THEN updated ELSE ? END";
/** Times are whole seconds: of a session that is talked in often, most messages change nothing. */
const NOT_SHOWN = "(status <> 0 OR updated < ?)";

/** Stores messages together. Hot: each step is one round trip for all of them. */
export class MessageBatch {
  readonly #now: number;
  #pairs: readonly Talk[] = [];
  #groups: readonly Talk[] = [];

  constructor(
    private readonly parts: MessageParts,
    private readonly messages: readonly TableMessage[],
  ) {
    this.#now = parts.nowSeconds();
  }

  /** The ids, in the order of the messages; `undefined` for each that is refused. */
  async store(): Promise<(number | undefined)[]> {
    const { db, live, rows, tables, handedOut } = this.parts;
    const ids = new Array<number | undefined>(this.messages.length).fill(undefined);
    const talks = await this.#accept();
    if (talks.length === 0) return ids;
    const sessions = sessionsOf(talks);
    const sessionIds = await rows.makeSessions(sessions, this.#now);
    if (!live.isTransactional) await this.#takeIds(db, talks);
    await db.transaction(async (session) => {
      if (live.isTransactional) await this.#takeIds(session, talks);
      await tables.insert(session, talks);
      await this.#touchSessions(session, sessionIds);
      await this.#touchGroups(session);
      if (live.isTransactional) await this.#count(session);
    });
    if (!live.isTransactional) await this.#count(db);
    await handedOut.raise(sessions, this.#groupIds(), this.#now);
    for (const { firstId, places } of talks) for (const [at, place] of places.entries()) ids[place] = firstId + at;
    return ids;
  }

  /** The conversations with what of them is accepted (MSG-12, GRP-07). */
  async #accept(): Promise<Talk[]> {
    const talks = talksOf(this.messages);
    this.#pairs = await this.#acceptPairs(talks.filter(({ kind }) => kind === PEER));
    this.#groups = await this.#acceptGroups(talks.filter(({ kind }) => kind === GROUP));
    return [...this.#pairs, ...this.#groups];
  }

  async #acceptPairs(pairs: readonly Talk[]): Promise<Talk[]> {
    const { accounts, rows } = this.parts;
    const users = await accounts.existing(pairs.flatMap(({ smallId, bigId }) => [smallId, bigId]));
    for (const pair of pairs) {
      if (users.has(pair.smallId) && users.has(pair.bigId)) continue;
      pair.keepOnly(
        ({ fromId, to, evenToUnknown }) => users.has(fromId) && (evenToUnknown === true || users.has(to.id)),
      );
    }
    const accepted = pairs.filter(({ messages }) => messages.length > 0);
    const relations = await rows.makeRelations(
      accepted.map(({ smallId, bigId }) => [smallId, bigId]),
      this.#now,
    );
    for (const [index, pair] of accepted.entries()) pair.sequenceId = relations[index] as number;
    return accepted;
  }

  async #acceptGroups(groups: readonly Talk[]): Promise<Talk[]> {
    const { db, live } = this.parts;
    const asked = groups.flatMap((group) =>
      [...sendersOf(group).keys()].map((fromId): [number, number] => [group.bigId, fromId]),
    );
    const joined = await live.joinTimes(db, asked);
    const members = new Map<number, Set<number>>(groups.map(({ bigId }) => [bigId, new Set()]));
    for (const [index, [groupId, userId]] of asked.entries()) {
      if (joined[index] !== undefined) members.get(groupId)?.add(userId);
    }
    for (const group of groups) {
      group.sequenceId = group.bigId;
      group.keepOnly(({ fromId }) => members.get(group.bigId)?.has(fromId) === true);
    }
    return groups.filter(({ messages }) => messages.length > 0);
  }

  async #takeIds(session: SqlSession, talks: readonly Talk[]): Promise<void> {
    const wanted = talks.map(({ kind, sequenceId, messages }) => ({ kind, id: sequenceId, count: messages.length }));
    const firstIds = await this.parts.live.takeIds(session, wanted);
    for (const [index, talk] of talks.entries()) talk.firstId = firstIds[index] as number;
  }

  /** MSG-21, MSG-22, GRP-11: both sides of a pair; of a group the sender. */
  async #touchSessions(session: SqlSession, sessionIds: readonly number[]): Promise<void> {
    // In one order, so that two processes do not wait for each other.
    const ids = sessionIds.toSorted((a, b) => a - b);
    await session.updateByIds("IMRecentSession", SHOWN, [this.#now, this.#now, this.#now], ids, NOT_SHOWN);
  }

  async #touchGroups(session: SqlSession): Promise<void> {
    const groups = this.#groupIds();
    await session.updateByIds("IMGroup", "lastChated = ?", [this.#now], groups);
    // MSG-22: whoever removed the session sees it again. Looked up first, because an update by such a condition would lock
    // all that it looks at.
    const removed = await session.allForEach<{ id: number }>(
      `SELECT s.id FROM IMGroupMember m
       JOIN IMRecentSession s ON s.userId = m.userId AND s.peerId = m.groupId AND s.type = ${GROUP}
       WHERE m.groupId = ? AND m.status = 0 AND s.status = 1`,
      groups.map((groupId) => [groupId]),
    );
    const ids = removed.map(({ id }) => id);
    await session.updateByIds("IMRecentSession", SHOWN, [this.#now, this.#now, this.#now], ids, NOT_SHOWN);
  }

  /** MSG-11, GRP-08. */
  async #count(session: SqlSession): Promise<void> {
    const raises = raisesOf(this.#pairs);
    const talks = this.#groups.map(groupTalkOf);
    if (raises.length > 0) await this.parts.live.raiseUnread(session, raises);
    if (talks.length > 0) await this.parts.live.groupsTalked(session, talks);
  }

  #groupIds(): number[] {
    return this.#groups.map(({ bigId }) => bigId).sort((a, b) => a - b);
  }
}

function sessionsOf(talks: readonly Talk[]): OwnSession[] {
  const sessions: OwnSession[] = [];
  for (const talk of talks) {
    const { kind, smallId, bigId } = talk;
    if (kind === PEER) sessions.push({ userId: smallId, kind, id: bigId }, { userId: bigId, kind, id: smallId });
    else for (const userId of sendersOf(talk).keys()) sessions.push({ userId, kind, id: bigId });
  }
  return sessions;
}

function raisesOf(pairs: readonly Talk[]): UnreadRaise[] {
  const raises: UnreadRaise[] = [];
  for (const { smallId, bigId, messages } of pairs) {
    let byBig = 0;
    for (const { fromId } of messages) if (fromId === bigId) byBig++;
    const bySmall = messages.length - byBig;
    if (byBig > 0) raises.push({ userId: smallId, peerId: bigId, by: byBig });
    if (bySmall > 0) raises.push({ userId: bigId, peerId: smallId, by: bySmall });
  }
  return raises;
}

function groupTalkOf(talk: Talk): GroupTalk {
  const { bigId: groupId, firstId, messages } = talk;
  const senders = new Map([...sendersOf(talk)].map(([userId, last]) => [userId, firstId + last]));
  return { groupId, count: messages.length, lastId: firstId + messages.length - 1, senders };
}

/** Each with the index of its last message. */
function sendersOf({ messages }: Talk): Map<number, number> {
  const last = new Map<number, number>();
  for (const [index, { fromId }] of messages.entries()) last.set(fromId, index);
  return last;
}
