/**
 * What the servers keep. Every adapter (memory, SQLite, MySQL with Redis) offers exactly this and passes the same contract
 * suite. Nothing here knows PDUs: ids, numbers and bytes only. Times are unix seconds. Methods reject only when the store
 * itself fails; what a requirement refuses is a value (`undefined`, `false`, an empty list).
 *
 * PUL-09: a client asks for what changed since the newest time it was handed, and times have a resolution of one second, so
 * a change in the very second of an answer must still show in the next one.
 * - Users are compared with "greater or equal": such a change shows by itself, and only a clock that is set back could hide
 *   one. No user gets a time below the newest that any user has.
 * - Departments and sessions are compared with "greater than". A time that was handed out is over for that list: what
 *   changes next gets a greater one, ahead of the clock if need be. Making the answer wait for the second to end, or hiding
 *   changes of the current second, would serve as well, but would delay every client; and to number changes without regard
 *   to answers would run ahead of the clock under load, where this gains at most one second for each answer.
 */
export interface Storage {
  /** Whether its answers come over a network, which may say nothing for ever. */
  readonly isRemote: boolean;
  readonly loginFailures: LoginFailures;
  readonly accounts: AccountStorage;
  readonly departments: DepartmentStorage;
  readonly sessions: SessionStorage;
  readonly messages: MessageStorage;
  readonly groups: GroupStorage;
  readonly push: PushStorage;
  readonly offlineFiles: OfflineFileStorage;
  /** What it keeps things in, and cannot reach now, in words. */
  lacking(): Promise<readonly string[]>;
  /** Resolves once everything acknowledged is durable and resources are released. */
  close(): Promise<void>;
}

/**
 * LGN-06: failed logins by name, existing or not, so that an answer does not tell which names exist. Whoever checks a
 * password asks first; attempts that are refused so are not failures, and the door opens by itself.
 */
export interface LoginFailures {
  /** Of the last 30 minutes, at most 11: so many close the door. */
  recent(name: string): number | Promise<number>;
  failed(name: string): void | Promise<void>;
  /** A success before the limit clears the count. */
  succeeded(name: string): void | Promise<void>;
}

export interface UserRecord {
  readonly id: number;
  readonly name: string;
  readonly nick: string;
  /** 1 male, 2 female, 0 unknown. */
  readonly sex: number;
  readonly avatar: string;
  readonly departmentId: number;
  readonly email: string;
  readonly phone: string;
  readonly domain: string;
  readonly signInfo: string;
  /** 0 may log in (LGN-07); 3 has left, and is not in a first pull (PUL-02). */
  readonly status: number;
  readonly updated: number;
}

export interface Credentials {
  readonly user: UserRecord;
  /** Lower-case hex of md5(md5(plain) + salt). */
  readonly passwordHash: string;
  /** At most 4 characters. */
  readonly salt: string;
}

export interface AccountStorage {
  /** LGN-08: exact, case-sensitive. Users of any status: LGN-07 is the caller's rule. */
  credentials(name: string): Promise<Credentials | undefined>;
  /** PUL-03: those that exist, each once, in the order asked. */
  byIds(ids: readonly number[]): Promise<readonly UserRecord[]>;
  /** PUL-02: with since 0 all whose status is not 3; else those with updated ≥ since, whatever their status. */
  changedSince(since: number): Promise<readonly UserRecord[]>;
  /** PRE-04: `false` for an unknown user and for more than 128 bytes of UTF-8. */
  setSignInfo(userId: number, text: string): Promise<boolean>;
  /** PRE-05: `false` for an unknown user and for more than 255 characters. */
  setAvatar(userId: number, url: string): Promise<boolean>;
}

export interface DepartmentRecord {
  readonly id: number;
  readonly name: string;
  readonly priority: number;
  readonly parentId: number;
  /** 0 ok, 1 deleted. */
  readonly status: number;
  readonly updated: number;
}

export interface DepartmentStorage {
  /** PUL-01: those with updated > since, deleted ones included. */
  changedSince(since: number): Promise<readonly DepartmentRecord[]>;
}

/** 1 one-to-one, 2 group; as SessionType on the wire. */
export type SessionKind = 1 | 2;

/** A conversation as one user sees it: with a peer, or in a group. */
export interface SessionKey {
  readonly kind: SessionKind;
  /** The peer's user id, or the group's id. */
  readonly id: number;
}

export interface StoredMessage {
  readonly msgId: number;
  readonly fromId: number;
  readonly created: number;
  /** As MsgType on the wire. */
  readonly type: number;
  readonly content: Buffer;
}

export interface RecentSession extends SessionKey {
  readonly updated: number;
  readonly last: StoredMessage;
}

export interface UnreadSession extends SessionKey {
  readonly count: number;
  readonly last: StoredMessage;
}

export interface SessionStorage {
  /** PUL-06, MSG-21, GRP-11: with updated > since, not removed, newest first, at most 100. */
  recent(userId: number, since: number): Promise<RecentSession[]>;
  /** MSG-22: also clears the unread count. `false` when there was none. A new message brings the session back. */
  remove(userId: number, session: SessionKey): Promise<boolean>;
  /** PUL-08: those with count > 0. */
  unread(userId: number): Promise<UnreadSession[]>;
  /** MSG-14, GRP-08. */
  markRead(userId: number, session: SessionKey): Promise<void>;
}

export interface NewMessage {
  readonly fromId: number;
  /** The receiver, or the group. */
  readonly to: SessionKey;
  readonly type: number;
  /** Must stay as it is until the answer, and need not any longer. */
  readonly content: Buffer;
  /** What the wire says the message's time is (MSG-04). */
  readonly created: number;
  /** Stores a one-to-one message whether the receiver exists or not: what MSG-12 says of the original servers. */
  readonly evenToUnknown?: boolean;
}

/** `undefined`: refused. */
export type MessageId = number | undefined;

export interface MessageStorage {
  /** Whether append never waits, so that a message may have the bytes of a read buffer. */
  readonly answersAtOnce: boolean;
  /**
   * Stores a message and returns its id in the pair's or group's own sequence (MSG-02, GRP-06), raising unread counts
   * (MSG-11, GRP-08) and bringing the sessions of both sides or all members to the top (MSG-21, GRP-11). `undefined`, with
   * nothing stored and no id used: empty content (MSG-06), to oneself (MSG-07), unknown receiver unless told otherwise
   * (MSG-12), content over 4096 bytes (MSG-23), sender not in the group or group unknown (GRP-07). Ids follow the order of
   * the calls (MSG-09). Once there is an answer the message is stored (MSG-10): at once in a store that need not wait.
   */
  append(message: NewMessage): MessageId | Promise<MessageId>;
  /** MSG-15, MSG-16: ids ≤ begin (0 = from the newest), newest first, at most `count`. */
  history(userId: number, session: SessionKey, begin: number, count: number): Promise<StoredMessage[]>;
  /** MSG-17: 0 when there is none. */
  latestId(userId: number, session: SessionKey): Promise<number>;
  /** MSG-18: those that exist, newest first, at most 100. */
  byIds(userId: number, session: SessionKey, ids: readonly number[]): Promise<StoredMessage[]>;
}

/** 1 normal, 2 temporary; as GroupType on the wire. */
type GroupKind = 1 | 2;

export interface GroupVersion {
  readonly id: number;
  readonly version: number;
}

export interface GroupRecord extends GroupVersion {
  readonly name: string;
  readonly avatar: string;
  readonly creatorId: number;
  readonly kind: GroupKind;
  readonly members: readonly number[];
  /** The asking member's do-not-disturb (GRP-10). */
  readonly shield: number;
}

export interface NewGroup {
  readonly kind: GroupKind;
  readonly name: string;
  readonly avatar: string;
  readonly creatorId: number;
  readonly members: readonly number[];
}

/** Nobody in particular: a back-office system, by way of http_msg_server, which may change any group (HMS-02). */
export const BACK_OFFICE = 0;

export interface MemberChange {
  /** A user, or BACK_OFFICE. */
  readonly byId: number;
  readonly groupId: number;
  readonly change: "add" | "remove";
  readonly userIds: readonly number[];
}

export interface MemberChangeResult {
  readonly changed: readonly number[];
  readonly current: readonly number[];
}

export interface GroupStorage {
  /** PUL-04: normal groups of the user, newest updated first. */
  normalOf(userId: number): Promise<GroupVersion[]>;
  /** PUL-05: those whose version is greater than the one asked with, each once; unknown ones are left out. Any user may ask. */
  infos(forUserId: number, asked: readonly GroupVersion[]): Promise<GroupRecord[]>;
  /**
   * GRP-01, GRP-02: `undefined` for an empty name or member list, and beyond storageLimits. Members are listed once
   * each; users that do not exist are left out. The creator becomes a member only if listed.
   */
  create(group: NewGroup): Promise<GroupRecord | undefined>;
  /**
   * GRP-03, GRP-04: `undefined` when the rules refuse it or nothing would change; else the version is one higher (GRP-05),
   * and who was removed has neither the group's session nor its unread count.
   */
  changeMembers(change: MemberChange): Promise<MemberChangeResult | undefined>;
  /** GRP-09: `false` for a non-member. */
  setShield(userId: number, groupId: number, status: number): Promise<boolean>;
  /** DBP-03: the shield of each of the users that is a member. */
  shields(groupId: number, userIds: readonly number[]): Promise<{ readonly userId: number; readonly status: number }[]>;
}

export interface PushToken {
  readonly userId: number;
  /** As ClientType on the wire. */
  readonly clientType: number;
  readonly token: string;
  readonly totalUnread: number;
}

export interface PushStorage {
  /**
   * LGN-15: one for each user, the latest, and of one user alone, the latest. An empty token clears it (LGN-13); one of over
   * 1024 characters is not kept.
   */
  setDeviceToken(userId: number, clientType: number, token: string): Promise<void>;
  /** DBP-03: users without a token are left out. */
  pushTokens(userIds: readonly number[]): Promise<PushToken[]>;
  /** LGN-16. */
  setPushShield(userId: number, status: number): Promise<void>;
  /** LGN-16: 0 until set. */
  pushShield(userId: number): Promise<number>;
}

export interface OfflineFile {
  readonly fromId: number;
  readonly toId: number;
  readonly taskId: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/** FIL-03. */
export interface OfflineFileStorage {
  /** Oldest first. @param addedSince unix seconds: older ones are gone from file_server */
  list(toId: number, addedSince: number): Promise<OfflineFile[]>;
  /** Nothing happens when it has been deleted already: the receiver may be faster than what tells of the file. */
  add(file: OfflineFile): Promise<void>;
  /** One that is not there yet will not be listed either. */
  delete(fromId: number, toId: number, taskId: string): Promise<void>;
}
