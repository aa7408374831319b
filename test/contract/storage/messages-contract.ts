import { expect, it } from "vitest";
import { ids, inGroup, type MakeStorage, storageUnderTest, withUser } from "./storage-under-test.js";

const textsOf = (messages: readonly { readonly content: Buffer }[]) =>
  messages.map(({ content }) => content.toString());
const idsOf = (messages: readonly { readonly msgId: number }[]) => messages.map(({ msgId }) => msgId);

export function messagesContract(make: MakeStorage): void {
  it("numbers the messages of a pair from 1, both directions together (MSG-02)", async () => {
    const { say } = await storageUnderTest(make);
    expect(await say(1, withUser(2))).toBe(1);
    expect(await say(2, withUser(1))).toBe(2);
    expect(await say(1, withUser(2))).toBe(3);
    expect(await say(1, withUser(3))).toBe(1);
  });

  it("gives 50 concurrent first messages in both directions the ids 1 … 50, once each (MSG-02)", async () => {
    const { say, storage } = await storageUnderTest(make);
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const given = await Promise.all(
      numbers.map((n) => (n % 2 === 0 ? say(8, withUser(9), `${n}`) : say(9, withUser(8), `${n}`))),
    );
    expect(given.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers.map((n) => n + 1));
    const history = await storage.messages.history(9, withUser(8), 0, 100);
    expect(history).toHaveLength(50);
    for (const { msgId, content } of history) expect(given[Number(content.toString())]).toBe(msgId);
    expect((await storage.sessions.unread(9))[0]?.count).toBe(25);
    expect((await storage.sessions.unread(8))[0]?.count).toBe(25);
  });

  it("gives pipelined messages ids in the order of the calls (MSG-09)", async () => {
    const { say } = await storageUnderTest(make);
    const given = await Promise.all(Array.from({ length: 20 }, () => say(1, withUser(2))));
    expect(given).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it("numbers the messages of a group on their own (GRP-06)", async () => {
    const { say } = await storageUnderTest(make);
    await say(1, withUser(2));
    const given = await Promise.all([1, 2, 3, 4, 5].map((fromId) => say(fromId, inGroup(1))));
    expect(given).toEqual([1, 2, 3, 4, 5]);
    expect(await say(2, inGroup(2))).toBe(1);
  });

  it("refuses without using an id: empty, to oneself, unknown or 0 as receiver, too long (MSG-06, 07, 12, 23)", async () => {
    const { say, storage } = await storageUnderTest(make);
    await say(1, withUser(2), "first");
    expect(await say(1, withUser(2), "")).toBeUndefined();
    expect(await say(1, withUser(2), "x".repeat(4097))).toBeUndefined();
    expect(await say(1, withUser(1))).toBeUndefined();
    expect(await say(1, withUser(0))).toBeUndefined();
    expect(await say(1, withUser(ids.unknown))).toBeUndefined();
    expect(await say(1, withUser(2), "x".repeat(4096))).toBe(2);
    expect(await storage.messages.history(1, withUser(1), 0, 10)).toEqual([]);
    expect(await storage.messages.history(1, withUser(ids.unknown), 0, 10)).toEqual([]);
    expect(await storage.sessions.recent(1, 0)).toHaveLength(1);
    expect(await storage.sessions.unread(2)).toMatchObject([{ count: 2 }]);
  });

  it("stores a message to an unknown user when told to, and to nobody else by that (MSG-12)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    const message = { fromId: 1, type: 1, content: Buffer.from("hi"), created: clock.nowSeconds, evenToUnknown: true };
    expect(await storage.messages.append({ ...message, to: withUser(ids.unknown) })).toBe(1);
    expect(await storage.messages.append({ ...message, to: withUser(ids.unknown) })).toBe(2);
    expect(idsOf(await storage.messages.history(1, withUser(ids.unknown), 0, 10))).toEqual([2, 1]);
    expect(await storage.messages.append({ ...message, to: withUser(1) })).toBeUndefined();
    expect(await storage.messages.append({ ...message, to: inGroup(ids.unknown) })).toBeUndefined();
    expect(await storage.messages.append({ ...message, to: withUser(2) })).toBe(1);
  });

  it("refuses a group's message by a non-member, empty, or to an unknown group (GRP-07, MSG-06)", async () => {
    const { say, storage } = await storageUnderTest(make);
    expect(await say(6, inGroup(1))).toBeUndefined();
    expect(await say(1, inGroup(2))).toBeUndefined();
    expect(await say(1, inGroup(77))).toBeUndefined();
    expect(await say(1, inGroup(1), "")).toBeUndefined();
    expect(await say(1, inGroup(1))).toBe(1);
    expect(await storage.messages.latestId(2, inGroup(2))).toBe(0);
  });

  it.each([
    ["NUL", Buffer.from("61006200", "hex")],
    ["invalid UTF-8", Buffer.from("ff80c328", "hex")],
    ["an emoji", Buffer.from("f09f9880", "hex")],
    ["quotes and backslashes", Buffer.from(`'"\\'; --%_`)],
    ["every byte", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ["4096 bytes", Buffer.alloc(4096, 0xfe)],
  ])("keeps the bytes of a message: %s (MSG-05, MSG-19)", async (_, bytes) => {
    const { say, storage } = await storageUnderTest(make);
    await say(1, withUser(2), bytes);
    await say(1, inGroup(1), bytes);
    expect((await storage.messages.history(2, withUser(1), 0, 1))[0]?.content).toEqual(bytes);
    expect((await storage.messages.byIds(2, inGroup(1), [1]))[0]?.content).toEqual(bytes);
    expect((await storage.sessions.unread(2)).map(({ last }) => last.content)).toEqual([bytes, bytes]);
  });

  it("copies the content: the caller's buffer is the network's", async () => {
    const { say, storage } = await storageUnderTest(make);
    const buffer = Buffer.from("kept");
    await say(1, withUser(2), buffer);
    buffer.fill(0);
    expect(textsOf(await storage.messages.history(1, withUser(2), 0, 1))).toEqual(["kept"]);
  });

  it("keeps sender, time and type of a message as given (MSG-04, PUL-06)", async () => {
    const { storage } = await storageUnderTest(make);
    const message = { fromId: 2, to: withUser(1), type: 0x02, content: Buffer.from("a"), created: 1_234_567_890 };
    await storage.messages.append(message);
    expect(await storage.messages.history(1, withUser(2), 0, 1)).toEqual([
      { msgId: 1, fromId: 2, created: 1_234_567_890, type: 0x02, content: Buffer.from("a") },
    ]);
  });

  it("gives history from an id downwards, newest first, at most as many as asked (MSG-15)", async () => {
    const { say, storage } = await storageUnderTest(make);
    for (let n = 1; n <= 10; n++) await say(n % 2 === 0 ? 1 : 2, withUser(n % 2 === 0 ? 2 : 1), `text ${n}`);
    await say(1, withUser(3), "another session");
    const history = async (begin: number, count: number) =>
      idsOf(await storage.messages.history(1, withUser(2), begin, count));
    expect(await history(0, 3)).toEqual([10, 9, 8]);
    expect(await history(4, 10)).toEqual([4, 3, 2, 1]);
    expect(await history(1, 1)).toEqual([1]);
    expect(await history(99, 2)).toEqual([10, 9]);
    expect(await history(5, 0)).toEqual([]);
    expect(await history(0, 4_294_967_295)).toHaveLength(10);
    expect(textsOf(await storage.messages.history(2, withUser(1), 10, 2))).toEqual(["text 10", "text 9"]);
    expect(await storage.messages.history(2, withUser(3), 0, 10)).toEqual([]);
  });

  it("hides from a member what a group said before the member joined, and everything from others (MSG-16, MSG-18)", async () => {
    const { say, storage, clock } = await storageUnderTest(make);
    await say(1, inGroup(1), "before");
    clock.turn(2);
    await storage.groups.changeMembers({ byId: 1, groupId: 1, change: "add", userIds: [6] });
    clock.turn(2);
    await say(1, inGroup(1), "after");
    expect(textsOf(await storage.messages.history(6, inGroup(1), 0, 10))).toEqual(["after"]);
    expect(textsOf(await storage.messages.byIds(6, inGroup(1), [1, 2]))).toEqual(["after"]);
    expect(textsOf(await storage.messages.history(2, inGroup(1), 0, 10))).toEqual(["after", "before"]);
    expect(await storage.messages.history(7, inGroup(1), 0, 10)).toEqual([]);
    expect(await storage.messages.byIds(7, inGroup(1), [1, 2])).toEqual([]);
    expect(await storage.messages.history(1, inGroup(77), 0, 10)).toEqual([]);
  });

  it("gives the latest id of a session, 0 when there is none (MSG-17)", async () => {
    const { say, storage } = await storageUnderTest(make);
    await say(1, withUser(2));
    await say(2, withUser(1));
    await say(1, inGroup(1));
    expect(await storage.messages.latestId(2, withUser(1))).toBe(2);
    expect(await storage.messages.latestId(2, inGroup(1))).toBe(1);
    expect(await storage.messages.latestId(2, withUser(3))).toBe(0);
    expect(await storage.messages.latestId(2, withUser(ids.unknown))).toBe(0);
    expect(await storage.messages.latestId(2, inGroup(2))).toBe(0);
    expect(await storage.messages.latestId(2, inGroup(77))).toBe(0);
  });

  it("gives the messages that exist among the ids, newest first, at most 100 (MSG-18)", async () => {
    const { say, storage } = await storageUnderTest(make);
    for (let n = 1; n <= 120; n++) await say(1, withUser(2));
    const byIds = async (wanted: number[]) => idsOf(await storage.messages.byIds(2, withUser(1), wanted));
    expect(await byIds([3, 500, 1, 7, 3, 0])).toEqual([7, 3, 1]);
    expect(await byIds([])).toEqual([]);
    const all = await byIds(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(all).toEqual(Array.from({ length: 100 }, (_, index) => 120 - index));
    expect(await storage.messages.byIds(3, withUser(1), [1])).toEqual([]);
  });
}
