import { MessageLog } from "./message-log.js";
import type { MessageWindow } from "./message-window.js";
import { BACK_OFFICE, type GroupRecord, type MemberChange, type NewGroup } from "./storage.js";

export const NORMAL_GROUP = 1;
const TEMPORARY_GROUP = 2;

/** One member's view of a group. */
export interface GroupMember {
  /** MSG-16: older messages are not the member's. */
  readonly firstVisibleId: number;
  /** GRP-08: what the group has beyond it is unread. */
  readUpToId: number;
  /** MSG-22: the session shows while the group has more than this. */
  removedAtId: number;
  /** The session's time, and the group's last id that it was given for. */
  sessionUpdated: number;
  sessionStampedId: number;
}

/**
 * A group and its members. A message costs the same in a group of any size: nothing is written for a member until that
 * member asks.
 */
export class MemoryGroup {
  readonly log: MessageLog;
  readonly members = new Map<number, GroupMember>();
  /** GRP-09, GRP-10: by user; who comes back finds it as it was. */
  readonly shields = new Map<number, number>();
  version = 1;
  lastChat = 0;

  constructor(
    readonly id: number,
    private readonly made: NewGroup,
    public updated: number,
    window: MessageWindow,
  ) {
    this.log = new MessageLog(window);
  }

  get kind(): NewGroup["kind"] {
    return this.made.kind;
  }

  join(userId: number): void {
    const { lastId } = this.log;
    this.members.set(userId, {
      firstVisibleId: lastId + 1,
      readUpToId: lastId,
      removedAtId: lastId,
      sessionUpdated: 0,
      sessionStampedId: 0,
    });
  }

  /** GRP-03, GRP-04, HMS-02. */
  mayChange(userId: number, change: MemberChange["change"]): boolean {
    if (userId === this.made.creatorId || userId === BACK_OFFICE) return true;
    return change === "add" && this.kind === TEMPORARY_GROUP && this.members.has(userId);
  }

  unreadOf(userId: number): number {
    const member = this.members.get(userId);
    return member === undefined ? 0 : this.log.lastId - member.readUpToId;
  }

  recordFor(userId: number): GroupRecord {
    const { id, version, kind } = this;
    const { name, avatar, creatorId } = this.made;
    const shield = this.shields.get(userId) ?? 0;
    return { id, version, name, avatar, creatorId, kind, members: [...this.members.keys()], shield };
  }
}
