import { expect, it } from "vitest";
import type { MemberChange, NewGroup } from "../../../src/server/storage/storage.js";
import { ids, inGroup, type MakeStorage, storageUnderTest } from "./storage-under-test.js";

const temporary: NewGroup = { kind: 2, name: "tmp", avatar: "/t.png", creatorId: 7, members: [7, 8, 9] };
const change = (byId: number, groupId: number, kind: MemberChange["change"], ...userIds: number[]): MemberChange => ({
  byId,
  groupId,
  change: kind,
  userIds,
});
const sorted = (numbers: readonly number[] | undefined) => numbers?.toSorted((a, b) => a - b);

export function groupsContract(make: MakeStorage): void {
  it("lets a back-office system change any group, as user 0 (HMS-02)", async () => {
    const { storage } = await storageUnderTest(make);
    const added = await storage.groups.changeMembers(change(0, 1, "add", 8));
    expect({ ...added, current: sorted(added?.current) }).toEqual({ changed: [8], current: [1, 2, 3, 4, 5, 8] });
    const removed = await storage.groups.changeMembers(change(0, 1, "remove", 1));
    expect({ ...removed, current: sorted(removed?.current) }).toEqual({ changed: [1], current: [2, 3, 4, 5, 8] });
  });

  it("lists a user's normal groups only, newest updated first (PUL-04)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    clock.turn(1);
    const second = await storage.groups.create({ ...temporary, kind: 1, members: [1, 2] });
    expect(await storage.groups.normalOf(2)).toEqual([
      { id: second?.id, version: 1 },
      { id: 1, version: 1 },
    ]);
    clock.turn(1);
    await storage.groups.changeMembers(change(1, 1, "add", 6));
    expect(await storage.groups.normalOf(2)).toEqual([
      { id: 1, version: 2 },
      { id: second?.id, version: 1 },
    ]);
    expect(await storage.groups.normalOf(7)).toEqual([]);
  });

  it("gives groups that are newer than asked, to anyone, without unknown ones (PUL-05)", async () => {
    const { storage } = await storageUnderTest(make);
    const asked = [
      { id: 2, version: 0 },
      { id: 77, version: 0 },
      { id: 1, version: 0 },
      { id: 2, version: 0 },
    ];
    const found = await storage.groups.infos(9, asked);
    expect(found.toSorted((a, b) => a.id - b.id)).toEqual([
      { id: 1, version: 1, name: "one", avatar: "", creatorId: 1, kind: 1, members: [1, 2, 3, 4, 5], shield: 0 },
      { id: 2, version: 1, name: "two", avatar: "/g.png", creatorId: 2, kind: 2, members: [2, 3], shield: 0 },
    ]);
    expect(await storage.groups.infos(1, [{ id: 1, version: 1 }])).toEqual([]);
    await storage.groups.changeMembers(change(1, 1, "add", 6));
    expect(await storage.groups.infos(1, [{ id: 1, version: 1 }])).toMatchObject([{ id: 1, version: 2 }]);
  });

  it("makes a group of version 1 with each member once, whom it shows to its members (GRP-01, GRP-02)", async () => {
    const { storage } = await storageUnderTest(make);
    const group = await storage.groups.create({ ...temporary, members: [8, 7, 8, 9, ids.unknown] });
    expect(group).toMatchObject({ version: 1, name: "tmp", avatar: "/t.png", creatorId: 7, kind: 2, shield: 0 });
    expect(sorted(group?.members)).toEqual([7, 8, 9]);
    const [seen] = await storage.groups.infos(8, [{ id: group?.id ?? 0, version: 0 }]);
    expect({ ...seen, members: sorted(seen?.members) }).toEqual({ ...group, members: [7, 8, 9] });
  });

  it("does not make a member of a creator that is not listed (GRP-01)", async () => {
    const { storage, say } = await storageUnderTest(make);
    const group = await storage.groups.create({ ...temporary, members: [8] });
    expect(group?.members).toEqual([8]);
    expect(await say(7, inGroup(group?.id ?? 0))).toBeUndefined();
  });

  it.each([
    ["an empty name", { name: "" }],
    ["no members", { members: [] }],
    ["no members that exist", { members: [ids.unknown] }],
    ["a name of 257 characters", { name: "x".repeat(257) }],
  ])("makes no group with %s (GRP-01)", async (_, wrong) => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.groups.create({ ...temporary, ...wrong })).toBeUndefined();
  });

  it("gives concurrent new groups an id each", async () => {
    const { storage } = await storageUnderTest(make);
    const made = await Promise.all(Array.from({ length: 20 }, () => storage.groups.create(temporary)));
    expect(new Set(made.map((group) => group?.id)).size).toBe(20);
  });

  it("lets the creator add to a normal group, and nobody else (GRP-03, GRP-05)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.groups.changeMembers(change(2, 1, "add", 6))).toBeUndefined();
    expect(await storage.groups.changeMembers(change(9, 1, "add", 9))).toBeUndefined();
    const result = await storage.groups.changeMembers(change(1, 1, "add", 6, 7, 6, 2));
    expect(sorted(result?.changed)).toEqual([6, 7]);
    expect(sorted(result?.current)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await storage.groups.infos(1, [{ id: 1, version: 0 }])).toMatchObject([{ version: 2 }]);
  });

  it("lets members add to a temporary group, and strangers not (GRP-03)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.groups.changeMembers(change(9, 2, "add", 9))).toBeUndefined();
    expect(await storage.groups.changeMembers(change(3, 2, "add", 4))).toEqual({ changed: [4], current: [2, 3, 4] });
  });

  it("refuses a change of nothing, and leaves the version (GRP-03, GRP-05)", async () => {
    const { storage } = await storageUnderTest(make);
    for (const nothing of [
      change(1, 1, "add", 1, 2),
      change(1, 1, "add"),
      change(1, 1, "add", ids.unknown),
      change(1, 1, "remove", 6),
      change(1, 77, "add", 6),
    ]) {
      expect(await storage.groups.changeMembers(nothing)).toBeUndefined();
    }
    expect(await storage.groups.normalOf(1)).toEqual([{ id: 1, version: 1 }]);
  });

  it("lets only the creator remove; a member cannot even leave (GRP-04)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.groups.changeMembers(change(2, 1, "remove", 2))).toBeUndefined();
    expect(await storage.groups.changeMembers(change(3, 2, "remove", 3))).toBeUndefined();
    expect(await storage.groups.changeMembers(change(1, 1, "remove", 2, 9))).toEqual({
      changed: [2],
      current: [1, 3, 4, 5],
    });
    expect(await storage.groups.normalOf(2)).toEqual([]);
  });

  it("shows no group that nobody is left in, until somebody is added again (PUL-05)", async () => {
    const { storage } = await storageUnderTest(make);
    const all = await storage.groups.changeMembers(change(1, 1, "remove", 1, 2, 3, 4, 5));
    expect(all?.current).toEqual([]);
    expect(await storage.groups.infos(1, [{ id: 1, version: 0 }])).toEqual([]);
    expect(await storage.groups.normalOf(1)).toEqual([]);
    await storage.groups.changeMembers(change(1, 1, "add", 6));
    expect(await storage.groups.infos(1, [{ id: 1, version: 0 }])).toMatchObject([{ version: 3, members: [6] }]);
  });

  it("takes the session, the unread count and the history from who was removed (GRP-04, MSG-16)", async () => {
    const { storage, say, clock } = await storageUnderTest(make);
    await say(1, inGroup(1), "before");
    await storage.groups.changeMembers(change(1, 1, "remove", 2));
    expect(await storage.sessions.recent(2, 0)).toEqual([]);
    expect(await storage.sessions.unread(2)).toEqual([]);
    expect(await storage.messages.history(2, inGroup(1), 0, 10)).toEqual([]);
    expect(await say(2, inGroup(1))).toBeUndefined();
    clock.turn(2);
    await storage.groups.changeMembers(change(1, 1, "add", 2));
    expect(await storage.sessions.recent(2, 0)).toEqual([]);
    expect(await storage.sessions.unread(2)).toEqual([]);
    clock.turn(2);
    expect(await say(1, inGroup(1), "again")).toBe(2);
    expect(await storage.sessions.unread(2)).toMatchObject([{ count: 1 }]);
    expect(await storage.messages.history(2, inGroup(1), 0, 10)).toMatchObject([{ msgId: 2 }]);
  });

  it("adds one member once when many ask at the same time (GRP-05)", async () => {
    const { storage } = await storageUnderTest(make);
    const results = await Promise.all(
      Array.from({ length: 10 }, () => storage.groups.changeMembers(change(1, 1, "add", 9))),
    );
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    expect(await storage.groups.normalOf(9)).toEqual([{ id: 1, version: 2 }]);
  });

  it("keeps a shield for each member, and shows it to that member (GRP-09, GRP-10, DBP-03)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.groups.setShield(2, 1, 1)).toBe(true);
    expect(await storage.groups.setShield(6, 1, 1)).toBe(false);
    expect(await storage.groups.setShield(2, 77, 1)).toBe(false);
    const shield = async (userId: number) => (await storage.groups.infos(userId, [{ id: 1, version: 0 }]))[0]?.shield;
    expect(await Promise.all([1, 2, 6].map(shield))).toEqual([0, 1, 0]);
    expect(await storage.groups.shields(1, [2, 6, 3])).toEqual([
      { userId: 2, status: 1 },
      { userId: 3, status: 0 },
    ]);
    await storage.groups.setShield(2, 1, 0);
    expect(await storage.groups.shields(1, [2])).toEqual([{ userId: 2, status: 0 }]);
    expect(await storage.groups.shields(77, [2])).toEqual([]);
  });

  it("knows the shield again of a member that was removed and comes back, as a deployment's keys do (GRP-09)", async () => {
    const { storage } = await storageUnderTest(make);
    await storage.groups.setShield(2, 1, 1);
    const change = { byId: 1, groupId: 1, userIds: [2] };
    await storage.groups.changeMembers({ ...change, change: "remove" });
    expect(await storage.groups.shields(1, [2])).toEqual([]);
    await storage.groups.changeMembers({ ...change, change: "add" });
    expect(await storage.groups.shields(1, [2])).toEqual([{ userId: 2, status: 1 }]);
  });
}
