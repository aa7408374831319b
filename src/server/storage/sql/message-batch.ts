import type { MessageId } from "../storage.js";
import type { TableMessage } from "./audio-messages.js";
import { GROUP, type OwnSession, PEER } from "./conversation-rows.js";
import type { GroupTalk, UnreadRaise } from "./live-state.js";
import type { MessageParts } from "./message-parts.js";
import type { SqlSession } from "./sql-database.js";
import { type Talk, talksOf } from "./talk.js";

/** What became of a message. */
export type StoredId = MessageId | Error;

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

  /** Of each message, in their order: its id, `undefined` when it is refused, or why the tables do not take it. */
  async store(): Promise<StoredId[]> {
    const { db, live } = this.parts;
    const ids = new Array<StoredId>(this.messages.length).fill(undefined);
    await this.#accept();
    if (this.#talks.length === 0) return ids;
    if (!live.isTransactional) await this.#takeIds(db);
    try {
      await this.#write();
    } catch (error) {
      if (db.refusesValues?.(error) !== true) throw error;
      const untaken = await this.#dropUntaken();
      if (untaken.size === 0) throw error;
      for (const [place, why] of untaken) ids[place] = why;
      if (this.#talks.length > 0) await this.#write();
    }
    for (const { firstId, places } of this.#talks)
      for (const [at, place] of places.entries()) ids[place] = firstId + at;
    return ids;
  }

  get #talks(): readonly Talk[] {
    return [...this.#pairs, ...this.#groups];
  }

  /** All or nothing. Ids that were taken before it are kept for when it is done again. */
  async #write(): Promise<void> {
    const { db, live, rows, tables, handedOut } = this.parts;
    const sessions = sessionsOf(this.#talks);
    const sessionIds = await rows.makeSessions(sessions, this.#now);
    await db.transaction(async (session) => {
      if (live.isTransactional) await this.#takeIds(session);
      await tables.insert(session, this.#talks);
      await this.#touchSessions(session, sessionIds);
      await this.#touchGroups(session);
      if (live.isTransactional) await this.#count(session);
    });
    if (!live.isTransactional) await this.#count(db);
    await handedOut.raise(sessions, this.#groupIds(), this.#now);
  }

  /**
   * DBP-02: a message that the tables refuse takes no other with it. The ids of a conversation stay without a gap between its
   * messages; of those taken from Redis before, the last ones are not used.
   */
  async #dropUntaken(): Promise<ReadonlyMap<number, Error>> {
    const { db, tables } = this.parts;
    const untaken = await db.transaction((session) => tables.untaken(session, this.#talks));
    for (const talk of this.#talks) talk.dropAt(untaken);
    this.#pairs = this.#pairs.filter(({ messages }) => messages.length > 0);
    this.#groups = this.#groups.filter(({ messages }) => messages.length > 0);
    return untaken;
  }

  /** Finds the conversations, with what of them is accepted (MSG-12, GRP-07). */
  async #accept(): Promise<void> {
    const talks = talksOf(this.messages);
    this.#pairs = await this.#acceptPairs(talks.filter(({ kind }) => kind === PEER));
    this.#groups = await this.#acceptGroups(talks.filter(({ kind }) => kind === GROUP));
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

  async #takeIds(session: SqlSession): Promise<void> {
    const talks = this.#talks;
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
