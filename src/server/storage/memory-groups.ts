import type { MemoryAccounts } from "./memory-accounts.js";
import { MemoryGroup, NORMAL_GROUP } from "./memory-group.js";
import type { MessageWindow } from "./message-window.js";
import type { GroupRecord, GroupStorage, GroupVersion, MemberChange, MemberChangeResult, NewGroup } from "./storage.js";
import { fits, storageLimits } from "./storage-limits.js";

const GROUPS_MAX = 100_000;

/** Groups by id, and by member. */
export class MemoryGroups implements GroupStorage {
  readonly #byId = new Map<number, MemoryGroup>();
  readonly #byMember = new Map<number, Set<MemoryGroup>>();

  constructor(
    private readonly accounts: MemoryAccounts,
    private readonly window: MessageWindow,
    private readonly nowSeconds: () => number,
  ) {}

  get(groupId: number): MemoryGroup | undefined {
    return this.#byId.get(groupId);
  }

  of(userId: number): Iterable<MemoryGroup> {
    return this.#byMember.get(userId) ?? [];
  }

  async normalOf(userId: number): Promise<GroupVersion[]> {
    const normal = [...this.of(userId)].filter(({ kind }) => kind === NORMAL_GROUP);
    return normal.sort((a, b) => b.updated - a.updated || b.id - a.id).map(({ id, version }) => ({ id, version }));
  }

  async infos(forUserId: number, asked: readonly GroupVersion[]): Promise<GroupRecord[]> {
    const newer = new Set<MemoryGroup>();
    for (const { id, version } of asked) {
      const group = this.#byId.get(id);
      // As in a deployment, a group that nobody is left in is not shown.
      if (group !== undefined && group.version > version && group.members.size > 0) newer.add(group);
    }
    return [...newer].map((group) => group.recordFor(forUserId));
  }

  async create(group: NewGroup): Promise<GroupRecord | undefined> {
    return this.createNow(group);
  }

  /** The same at once, for seeding. */
  createNow(wanted: NewGroup): GroupRecord | undefined {
    const members = this.#existing(wanted.members);
    if (wanted.name === "" || members.length === 0 || members.length > storageLimits.groupMembers) return undefined;
    if (!fits(wanted.name, storageLimits.groupNameChars) || !fits(wanted.avatar, storageLimits.groupAvatarChars))
      return undefined;
    if (this.#byId.size >= GROUPS_MAX) return undefined;
    const group = new MemoryGroup(this.#byId.size + 1, wanted, this.nowSeconds(), this.window);
    this.#byId.set(group.id, group);
    for (const userId of members) this.#join(group, userId);
    return group.recordFor(wanted.creatorId);
  }

  async changeMembers({ byId, groupId, change, userIds }: MemberChange): Promise<MemberChangeResult | undefined> {
    const group = this.#byId.get(groupId);
    if (group === undefined || !group.mayChange(byId, change)) return undefined;
    const isAdding = change === "add";
    const changed = this.#existing(userIds).filter((userId) => group.members.has(userId) !== isAdding);
    if (changed.length === 0 || (isAdding && group.members.size + changed.length > storageLimits.groupMembers))
      return undefined;
    for (const userId of changed) {
      if (isAdding) this.#join(group, userId);
      else this.#leave(group, userId);
    }
    group.version++;
    group.updated = this.nowSeconds();
    return { changed, current: [...group.members.keys()] };
  }

  async setShield(userId: number, groupId: number, status: number): Promise<boolean> {
    const group = this.#byId.get(groupId);
    if (group === undefined || !group.members.has(userId)) return false;
    group.shields.set(userId, status);
    return true;
  }

  async shields(groupId: number, userIds: readonly number[]): Promise<{ userId: number; status: number }[]> {
    const group = this.#byId.get(groupId);
    const members = [...new Set(userIds)].filter((userId) => group?.members.has(userId));
    return members.map((userId) => ({ userId, status: group?.shields.get(userId) ?? 0 }));
  }

  #existing(userIds: readonly number[]): number[] {
    return [...new Set(userIds)].filter((userId) => this.accounts.has(userId));
  }

  #join(group: MemoryGroup, userId: number): void {
    group.join(userId);
    const groups = this.#byMember.get(userId);
    if (groups === undefined) this.#byMember.set(userId, new Set([group]));
    else groups.add(group);
  }

  /** GRP-04: the session and the unread count go with the membership. */
  #leave(group: MemoryGroup, userId: number): void {
    group.members.delete(userId);
    this.#byMember.get(userId)?.delete(group);
  }
}
