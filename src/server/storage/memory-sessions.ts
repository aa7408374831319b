import type { GroupMember, MemoryGroup } from "./memory-group.js";
import type { MemoryGroups } from "./memory-groups.js";
import type { MemoryPeers } from "./memory-peers.js";
import type { MonotonicStamp } from "./monotonic-stamp.js";
import type { RecentSession, SessionKey, SessionStorage, UnreadSession } from "./storage.js";

/** PUL-06. */
const RECENT_MAX = 100;

/** What each user sees of the conversations: their order, and what is unread. */
export class MemorySessions implements SessionStorage {
  constructor(
    private readonly peers: MemoryPeers,
    private readonly groups: MemoryGroups,
    private readonly nowSeconds: () => number,
  ) {}

  async recent(userId: number, since: number): Promise<RecentSession[]> {
    const stamp = this.peers.stamp(userId);
    const found: RecentSession[] = [];
    for (const [id, { log, updated, isRemoved }] of this.peers.of(userId)) {
      if (isRemoved || updated <= since) continue;
      const { last } = log;
      if (last !== undefined) found.push({ kind: 1, id, updated, last });
    }
    for (const group of this.groups.of(userId)) {
      const member = group.members.get(userId);
      if (member === undefined || group.log.lastId <= member.removedAtId) continue;
      const updated = groupSessionTime(group, member, stamp);
      const last = updated > since ? group.log.last : undefined;
      if (last !== undefined) found.push({ kind: 2, id: group.id, updated, last });
    }
    found.sort((a, b) => b.updated - a.updated);
    // With nothing newer the client keeps the time it asked with, so that one is over, too (PUL-09); but a stranger's time
    // in the future must not push ours there.
    stamp.handedOut(found[0]?.updated ?? Math.min(since, this.nowSeconds()));
    return found.slice(0, RECENT_MAX);
  }

  async remove(userId: number, session: SessionKey): Promise<boolean> {
    if (session.kind === 2) return this.#removeGroupSession(userId, session.id);
    const peer = this.peers.session(userId, session.id);
    if (peer === undefined || peer.isRemoved) return false;
    peer.isRemoved = true;
    peer.unread = 0;
    return true;
  }

  async unread(userId: number): Promise<UnreadSession[]> {
    const found: UnreadSession[] = [];
    for (const [id, { log, unread }] of this.peers.of(userId)) {
      const last = unread > 0 ? log.last : undefined;
      if (last !== undefined) found.push({ kind: 1, id, count: unread, last });
    }
    for (const group of this.groups.of(userId)) {
      const count = group.unreadOf(userId);
      const last = count > 0 ? group.log.last : undefined;
      if (last !== undefined) found.push({ kind: 2, id: group.id, count, last });
    }
    return found;
  }

  /** The same as one sum (DBP-03). */
  totalUnread(userId: number): number {
    let total = 0;
    for (const [, { unread }] of this.peers.of(userId)) total += unread;
    for (const group of this.groups.of(userId)) total += group.unreadOf(userId);
    return total;
  }

  async markRead(userId: number, session: SessionKey): Promise<void> {
    if (session.kind === 1) {
      const peer = this.peers.session(userId, session.id);
      if (peer !== undefined) peer.unread = 0;
      return;
    }
    const group = this.groups.get(session.id);
    const member = group?.members.get(userId);
    if (group !== undefined && member !== undefined) member.readUpToId = group.log.lastId;
  }

  #removeGroupSession(userId: number, groupId: number): boolean {
    const group = this.groups.get(groupId);
    const member = group?.members.get(userId);
    if (group === undefined || member === undefined || group.log.lastId <= member.removedAtId) return false;
    member.removedAtId = group.log.lastId;
    member.readUpToId = group.log.lastId;
    return true;
  }
}

/** Given when the member asks, once for each new last message, and later than what that member was handed before. */
function groupSessionTime(group: MemoryGroup, member: GroupMember, stamp: MonotonicStamp): number {
  if (member.sessionStampedId !== group.log.lastId) {
    member.sessionStampedId = group.log.lastId;
    member.sessionUpdated = stamp.next(group.lastChat);
  }
  return member.sessionUpdated;
}
