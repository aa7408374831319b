import type { SessionKind } from "../storage.js";
import type { SqlSession } from "./sql-database.js";

/** A sequence of message ids: of a relation (kind 1) or of a group (kind 2). */
export interface SequenceKey {
  readonly kind: SessionKind;
  readonly id: number;
}

export interface IdsWanted extends SequenceKey {
  readonly count: number;
}

export interface UnreadRaise {
  readonly userId: number;
  readonly peerId: number;
  readonly by: number;
}

/** New messages of one group. */
export interface GroupTalk {
  readonly groupId: number;
  readonly count: number;
  /** The id of the last of them. */
  readonly lastId: number;
  /** Each sender's own last message; what the group had up to it is read (GRP-08). */
  readonly senders: ReadonlyMap<number, number>;
}

export interface Device {
  readonly clientType: number;
  readonly token: string;
}

/**
 * What a deployment keeps in Redis: counters, who is in which group, shields and push tokens. Stores without Redis keep it
 * in tables. A session that is given is that of the transaction which the change belongs to.
 */
export interface LiveState {
  /** Whether changes are part of the session's transaction. Else ids are taken before it, and the rest follows it. */
  readonly isTransactional: boolean;

  /** The first of as many successive ids as wanted, for each sequence (MSG-02). */
  takeIds(session: SqlSession, wanted: readonly IdsWanted[]): Promise<number[]>;
  /** Ids given from now on are above that one. */
  raiseLastId(sequence: SequenceKey, lastId: number): Promise<void>;
  /** Of what has just been made: its ids begin at 1, whatever was left under its number (MSG-02). */
  startSequences(sequences: readonly SequenceKey[]): Promise<void>;
  raiseUnread(session: SqlSession, raises: readonly UnreadRaise[]): Promise<void>;
  clearUnread(session: SqlSession, userId: number, peerId: number): Promise<void>;
  /** Counts above 0, by peer. */
  unreadOf(userId: number): Promise<Map<number, number>>;

  groupsTalked(session: SqlSession, talks: readonly GroupTalk[]): Promise<void>;
  /** All that the group said so far is read. */
  readGroup(session: SqlSession, groupId: number, userIds: readonly number[]): Promise<void>;
  /** Counts above 0, by group. */
  groupUnreadOf(userId: number, groupIds: readonly number[]): Promise<Map<number, number>>;

  /** When each user joined the group (unix s); `undefined` for a non-member. */
  joinTimes(
    session: SqlSession,
    asked: readonly (readonly [groupId: number, userId: number])[],
  ): Promise<(number | undefined)[]>;
  /** By group, ascending. A group without members does not exist. */
  members(session: SqlSession, groupIds: readonly number[]): Promise<Map<number, number[]>>;
  /** Called with the rows of IMGroupMember written, and before their transaction ends. */
  joined(session: SqlSession, groupId: number, userIds: readonly number[], now: number): Promise<void>;
  /** The same of a new group, with its first members: what was left under its number, by a group of before, is not its. */
  groupMade(session: SqlSession, groupId: number, userIds: readonly number[], now: number): Promise<void>;
  left(session: SqlSession, groupId: number, userIds: readonly number[]): Promise<void>;

  /** What was handed out to users whose newest time is at least that (HandedOutTimes), by user. */
  handedOut(timeMin: number): Promise<Map<number, number>>;
  /** Remembered for a minute at least; an older time than before changes nothing. */
  handOut(userId: number, time: number, now: number): Promise<void>;

  setShield(groupId: number, userId: number, status: number): Promise<void>;
  /** Of those that have set one. */
  shields(groupId: number, userIds: readonly number[]): Promise<Map<number, number>>;

  /** `undefined` clears it. */
  setDevice(userId: number, device: Device | undefined): Promise<void>;
  devices(userIds: readonly number[]): Promise<Map<number, Device>>;

  /** Failed logins of a name, given by a hash of it: how many since then (unix s), at most 11 (LGN-06). */
  loginFailures(nameHash: string, since: number): Promise<number>;
  loginFailed(nameHash: string, now: number): Promise<void>;
  loginSucceeded(nameHash: string): Promise<void>;

  /** A user's record has that time, or clients were handed it; an older one than before changes nothing. */
  userChanged(time: number): Promise<void>;
  /** The newest of those times (PUL-09). */
  lastUserChange(): Promise<number>;
  /** Servers of its own that it has no connection to now. */
  lacking?(): readonly string[];
  close(): Promise<void>;
}
