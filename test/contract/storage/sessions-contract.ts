import { expect, it } from "vitest";
import type { SessionKey } from "../../../src/server/storage/storage.js";
import { inGroup, type MakeStorage, storageUnderTest, withUser } from "./storage-under-test.js";

const keysOf = (sessions: readonly SessionKey[]) => sessions.map(({ kind, id }) => ({ kind, id }));

export function sessionsContract(make: MakeStorage): void {
  it("makes a session on both sides with the first message, each with the last one (MSG-21, PUL-06)", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    await say(1, withUser(2), "first");
    clock.turn(5);
    await say(2, withUser(1), "last");
    const last = { msgId: 2, fromId: 2, created: clock.nowSeconds, type: 1, content: Buffer.from("last") };
    expect(await storage.sessions.recent(1, 0)).toEqual([{ kind: 1, id: 2, updated: clock.nowSeconds, last }]);
    expect(await storage.sessions.recent(2, 0)).toEqual([{ kind: 1, id: 1, updated: clock.nowSeconds, last }]);
    expect(await storage.sessions.recent(3, 0)).toEqual([]);
  });

  it("gives sessions newest first, changed after a time (PUL-06)", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    const started = clock.nowSeconds;
    await say(1, withUser(2));
    clock.turn(1);
    await say(1, inGroup(1));
    clock.turn(1);
    await say(3, withUser(1));
    expect(keysOf(await storage.sessions.recent(1, 0))).toEqual([withUser(3), inGroup(1), withUser(2)]);
    expect(keysOf(await storage.sessions.recent(1, started))).toEqual([withUser(3), inGroup(1)]);
    expect(keysOf(await storage.sessions.recent(1, started + 1))).toEqual([withUser(3)]);
    expect(await storage.sessions.recent(1, started + 2)).toEqual([]);
  });

  it("gives at most the 100 newest sessions (PUL-06)", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    for (let peer = 2; peer <= 110; peer++) {
      clock.turn(1);
      await say(1, withUser(peer));
    }
    const recent = keysOf(await storage.sessions.recent(1, 0));
    expect(recent).toEqual(Array.from({ length: 100 }, (_, index) => withUser(110 - index)));
  });

  it("never misses a message in the second of the last answer (PUL-09)", async () => {
    const { say, storage } = await storageUnderTest(make);
    let since = 0;
    const pull = async () => {
      const sessions = await storage.sessions.recent(1, since);
      since = Math.max(since, ...sessions.map(({ updated }) => updated));
      return keysOf(sessions);
    };
    // The clock stands still throughout.
    await say(2, withUser(1));
    expect(await pull()).toEqual([withUser(2)]);
    await say(2, withUser(1));
    expect(await pull()).toEqual([withUser(2)]);
    await say(3, withUser(1));
    expect(await pull()).toEqual([withUser(3)]);
    await say(2, inGroup(1));
    expect(await pull()).toEqual([inGroup(1)]);
    await say(3, inGroup(1));
    await say(1, withUser(4));
    expect((await pull()).toSorted((a, b) => a.kind - b.kind)).toEqual([withUser(4), inGroup(1)]);
    expect(await pull()).toEqual([]);
    await say(5, withUser(1));
    expect(await pull()).toEqual([withUser(5)]);
  });

  it("never misses a message in the second of an answer that was empty (PUL-09)", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    expect(await storage.sessions.recent(1, clock.nowSeconds)).toEqual([]);
    await say(2, withUser(1));
    expect(keysOf(await storage.sessions.recent(1, clock.nowSeconds))).toEqual([withUser(2)]);
  });

  it("is not led into the future by a client that asks with a time of its own", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    await storage.sessions.recent(1, 4_294_967_295);
    await say(2, withUser(1));
    expect((await storage.sessions.recent(1, 0))[0]?.updated).toBeLessThanOrEqual(clock.nowSeconds + 1);
  });

  it("gives every member a session for a group's message (GRP-11)", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    expect(await storage.sessions.recent(2, 0)).toEqual([]);
    await say(1, inGroup(1), "all");
    const last = { msgId: 1, fromId: 1, created: clock.nowSeconds, type: 0x11, content: Buffer.from("all") };
    expect(await storage.sessions.recent(1, 0)).toEqual([{ kind: 2, id: 1, updated: clock.nowSeconds, last }]);
    clock.turn(6);
    for (const member of [2, 3, 4, 5]) {
      expect(await storage.sessions.recent(member, 0)).toMatchObject([{ kind: 2, id: 1, last }]);
    }
    expect(await storage.sessions.recent(6, 0)).toEqual([]);
  });

  it("removes a session and its unread count for one side, until a new message (MSG-22)", async () => {
    const { say, storage } = await storageUnderTest(make);
    await say(1, withUser(2), "old");
    expect(await storage.sessions.remove(2, withUser(1))).toBe(true);
    expect(await storage.sessions.recent(2, 0)).toEqual([]);
    expect(await storage.sessions.unread(2)).toEqual([]);
    expect(keysOf(await storage.sessions.recent(1, 0))).toEqual([withUser(2)]);
    expect(await storage.sessions.remove(2, withUser(1))).toBe(false);
    expect(await storage.sessions.remove(2, withUser(3))).toBe(false);
    await say(1, withUser(2), "new");
    expect(await storage.sessions.recent(2, 0)).toMatchObject([{ ...withUser(1), last: { msgId: 2 } }]);
    expect(await storage.sessions.unread(2)).toMatchObject([{ ...withUser(1), count: 1 }]);
    expect(await storage.messages.history(2, withUser(1), 0, 10)).toHaveLength(2);
  });

  it("brings a removed session back when its own user writes (MSG-22)", async () => {
    const { say, storage } = await storageUnderTest(make);
    await say(1, withUser(2));
    await storage.sessions.remove(1, withUser(2));
    await say(1, withUser(2));
    expect(keysOf(await storage.sessions.recent(1, 0))).toEqual([withUser(2)]);
  });

  it("removes a group's session in the same way (MSG-22)", async () => {
    const { say, storage } = await storageUnderTest(make);
    expect(await storage.sessions.remove(2, inGroup(1))).toBe(false);
    await say(1, inGroup(1));
    expect(await storage.sessions.remove(2, inGroup(1))).toBe(true);
    expect(await storage.sessions.remove(2, inGroup(1))).toBe(false);
    expect(await storage.sessions.remove(6, inGroup(1))).toBe(false);
    expect(await storage.sessions.remove(2, inGroup(77))).toBe(false);
    expect(await storage.sessions.recent(2, 0)).toEqual([]);
    expect(await storage.sessions.unread(2)).toEqual([]);
    expect(await storage.sessions.unread(3)).toHaveLength(1);
    await say(1, inGroup(1));
    expect(await storage.sessions.unread(2)).toMatchObject([{ ...inGroup(1), count: 1 }]);
    expect(keysOf(await storage.sessions.recent(2, 0))).toEqual([inGroup(1)]);
  });

  it("counts unread messages of the receiver, not the sender, until read (MSG-11, MSG-14, PUL-08)", async () => {
    const { say, storage } = await storageUnderTest(make);
    for (const text of ["a", "b", "c"]) await say(1, withUser(2), text);
    await say(3, withUser(2), "d");
    const unread = await storage.sessions.unread(2);
    expect(unread.toSorted((a, b) => a.id - b.id)).toMatchObject([
      { ...withUser(1), count: 3, last: { msgId: 3, fromId: 1, content: Buffer.from("c") } },
      { ...withUser(3), count: 1, last: { msgId: 1, fromId: 3, content: Buffer.from("d") } },
    ]);
    expect(await storage.sessions.unread(1)).toEqual([]);
    await storage.sessions.markRead(2, withUser(1));
    expect(await storage.sessions.unread(2)).toMatchObject([{ ...withUser(3), count: 1 }]);
    await say(1, withUser(2));
    expect(await storage.sessions.unread(2)).toHaveLength(2);
  });

  it("counts a group's unread messages for each member, until read; one's own message reads the rest (GRP-08)", async () => {
    const { say, storage } = await storageUnderTest(make);
    await say(1, inGroup(1));
    await say(2, inGroup(1));
    const count = async (userId: number) => (await storage.sessions.unread(userId)).map((session) => session.count);
    expect(await Promise.all([1, 2, 3, 6].map(count))).toEqual([[1], [], [2], []]);
    await storage.sessions.markRead(3, inGroup(1));
    expect(await Promise.all([1, 2, 3].map(count))).toEqual([[1], [], []]);
    await say(1, inGroup(1));
    expect(await Promise.all([1, 2, 3].map(count))).toEqual([[], [1], [1]]);
  });

  it("takes a read mark for what is not there in its stride", async () => {
    const { storage } = await storageUnderTest(make);
    await storage.sessions.markRead(1, withUser(2));
    await storage.sessions.markRead(1, inGroup(77));
    await storage.sessions.markRead(6, inGroup(1));
    expect(await storage.sessions.unread(1)).toEqual([]);
  });
}
