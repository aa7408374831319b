import type { NewMessage } from "../storage.js";
import { GROUP, type OwnSession, PEER } from "./conversation-rows.js";
import type { GroupTalk, SequenceKey, UnreadRaise } from "./live-state.js";
import type { MessageToStore } from "./message-tables.js";
import type { SqlSession } from "./sql-database.js";
import type { MessageParts } from "./sql-messages.js";

/** Never back: a time that was raised stays (HandedOutTimes). Takes a time twice. */
const SHOWN = "status = 0, updated = CASE WHEN updated > ? THEN updated ELSE ? END";

/** A message that will be stored: where, and as which of the sequence's new ones. */
interface Accepted {
  readonly message: NewMessage;
  readonly sequence: SequenceKey;
  readonly place: number;
}

/** New messages of one sequence. */
interface Share extends SequenceKey {
  count: number;
}

/** Stores messages together. Hot: each step is one round trip for all of them. */
export class MessageBatch {
  readonly #now: number;
  readonly #shares = new Map<string, Share>();

  constructor(
    private readonly parts: MessageParts,
    private readonly messages: readonly NewMessage[],
  ) {
    this.#now = parts.nowSeconds();
  }

  /** The ids, in the order of the messages; `undefined` for each that is refused. */
  async store(): Promise<(number | undefined)[]> {
    const { db, live } = this.parts;
    const accepted = await this.#accept();
    const shares = [...this.#shares.values()];
    if (shares.length === 0) return accepted.map(() => undefined);
    const sessions = sessionsOf(accepted);
    const sessionIds = await this.parts.rows.makeSessions(sessions, this.#now);
    const taken = live.isTransactional ? undefined : await live.takeIds(db, shares);
    const firstIds = await db.transaction(async (session) => {
      const ids = taken ?? (await live.takeIds(session, shares));
      const stored = this.#numbered(accepted, ids);
      await this.parts.tables.insert(session, stored);
      await this.#touchSessions(session, sessionIds);
      await this.#touchGroups(session);
      if (live.isTransactional) await this.#count(session, stored);
      return ids;
    });
    const stored = this.#numbered(accepted, firstIds);
    if (!live.isTransactional) await this.#count(db, stored);
    await this.parts.handedOut.raise(sessions, this.#groupIds(), this.#now);
    let next = 0;
    return accepted.map((one) => (one === undefined ? undefined : stored[next++]?.msgId));
  }

  /** MSG-12, GRP-07. */
  async #accept(): Promise<(Accepted | undefined)[]> {
    const { accounts, live, rows, db } = this.parts;
    const toPeers = this.messages.filter(({ to }) => to.kind === PEER);
    const users = await accounts.existing(toPeers.flatMap(({ fromId, to }) => [fromId, to.id]));
    const pairs = toPeers.filter(
      ({ fromId, to, evenToUnknown }) => users.has(fromId) && (evenToUnknown === true || users.has(to.id)),
    );
    const relations = await rows.makeRelations(
      pairs.map(({ fromId, to }) => [fromId, to.id]),
      this.#now,
    );
    const relationOf = new Map(pairs.map((message, index) => [message, relations[index]]));
    const toGroups = this.messages.filter(({ to }) => to.kind === GROUP);
    const joined = await live.joinTimes(
      db,
      toGroups.map(({ fromId, to }) => [to.id, fromId]),
    );
    const members = new Set(toGroups.filter((_, index) => joined[index] !== undefined));
    return this.messages.map((message) => {
      const { kind } = message.to;
      const id = kind === PEER ? relationOf.get(message) : members.has(message) ? message.to.id : undefined;
      if (id === undefined) return undefined;
      const sequence = { kind, id };
      return { message, sequence, place: this.#takePlace(sequence) };
    });
  }

  #takePlace({ kind, id }: SequenceKey): number {
    const name = `${kind}/${id}`;
    const share = this.#shares.get(name) ?? { kind, id, count: 0 };
    this.#shares.set(name, share);
    return share.count++;
  }

  #numbered(accepted: readonly (Accepted | undefined)[], firstIds: readonly number[]): MessageToStore[] {
    const first = new Map([...this.#shares.keys()].map((name, index) => [name, firstIds[index] as number]));
    return accepted.flatMap((one) => {
      if (one === undefined) return [];
      const { message, sequence, place } = one;
      const msgId = (first.get(`${sequence.kind}/${sequence.id}`) ?? Number.NaN) + place;
      const { fromId, created, type, content } = message;
      return [{ msgId, fromId, created, type, content, sequence, toId: message.to.id }];
    });
  }

  /** MSG-21, MSG-22, GRP-11: both sides of a pair; of a group the sender. */
  async #touchSessions(session: SqlSession, sessionIds: readonly number[]): Promise<void> {
    // In one order, so that two processes do not wait for each other.
    const ids = sessionIds.toSorted((a, b) => a - b);
    await session.updateByIds("IMRecentSession", SHOWN, [this.#now, this.#now], ids);
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
    await session.updateByIds("IMRecentSession", SHOWN, [this.#now, this.#now], ids);
  }

  /** MSG-11, GRP-08. */
  async #count(session: SqlSession, stored: readonly MessageToStore[]): Promise<void> {
    const raises = new Map<string, UnreadRaise>();
    const talks = new Map<number, GroupTalk & { readonly senders: Map<number, number> }>();
    for (const { sequence, fromId, toId, msgId } of stored) {
      if (sequence.kind === PEER) {
        const name = `${toId}/${fromId}`;
        raises.set(name, { userId: toId, peerId: fromId, by: (raises.get(name)?.by ?? 0) + 1 });
      } else {
        const talk = talks.get(toId);
        const senders = (talk?.senders ?? new Map<number, number>()).set(fromId, msgId);
        talks.set(toId, { groupId: toId, count: (talk?.count ?? 0) + 1, lastId: msgId, senders });
      }
    }
    if (raises.size > 0) await this.parts.live.raiseUnread(session, [...raises.values()]);
    if (talks.size > 0) await this.parts.live.groupsTalked(session, [...talks.values()]);
  }

  #groupIds(): number[] {
    const groups = [...this.#shares.values()].filter(({ kind }) => kind === GROUP);
    return groups.map(({ id }) => id).sort((a, b) => a - b);
  }
}

function sessionsOf(accepted: readonly (Accepted | undefined)[]): OwnSession[] {
  const sessions = new Map<string, OwnSession>();
  const add = (session: OwnSession) => sessions.set(`${session.userId}/${session.kind}/${session.id}`, session);
  for (const one of accepted) {
    if (one === undefined) continue;
    const { fromId, to } = one.message;
    add({ userId: fromId, ...to });
    if (to.kind === PEER) add({ userId: to.id, kind: PEER, id: fromId });
  }
  return [...sessions.values()];
}
