import { describe, expect, it } from "vitest";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import type { MessageLimits } from "../../../src/server/storage/message-window.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import { storageContract } from "../../contract/storage-contract.js";
import { FakeClock } from "../../helpers/fake-clock.js";

storageContract("memory", async (seed, clock) => new MemoryStorage(seed, clock));

const users = 20;

function crowd(limits: Partial<MessageLimits>) {
  const storage = new MemoryStorage(parseSeedFixture(crowdFixture(users), "crowd"), new FakeClock(), limits);
  const say = (fromId: number, toId: number) =>
    storage.messages.append({ fromId, to: { kind: 1, id: toId }, type: 1, content: Buffer.from("hi"), created: 1 });
  const kept = async (userId: number, peerId: number) =>
    (await storage.messages.history(userId, { kind: 1, id: peerId }, 0, 1_000_000)).map(({ msgId }) => msgId);
  return { storage, say, kept };
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => last - index);

describe("MemoryStorage", () => {
  it("keeps the latest messages of a session, and goes on counting", async () => {
    const { say, kept, storage } = crowd({ messagesPerSessionMax: 100 });
    for (let n = 1; n <= 1000; n++) {
      expect(await say(1, 2)).toBe(n);
      if (n % 97 === 0) expect(await kept(2, 1)).toEqual(range(Math.max(1, n - 99), n));
    }
    expect(await storage.messages.latestId(2, { kind: 1, id: 1 })).toBe(1000);
    expect(await storage.messages.byIds(2, { kind: 1, id: 1 }, [1, 900, 901])).toMatchObject([{ msgId: 901 }]);
    expect(await storage.sessions.unread(2)).toMatchObject([{ count: 1000, last: { msgId: 1000 } }]);
  });

  it("keeps the latest messages over all sessions, and always the last one of each", async () => {
    const { say, kept, storage } = crowd({ messagesMax: 10 });
    await say(3, 4);
    for (let n = 1; n <= 6; n++) await say(1, 2);
    for (let n = 1; n <= 6; n++) await say(5, 6);
    expect(await kept(2, 1)).toEqual([6, 5, 4, 3]);
    expect(await kept(6, 5)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await kept(4, 3)).toEqual([1]);
    for (let n = 1; n <= 20; n++) await say(5, 6);
    expect(await kept(2, 1)).toEqual([6]);
    expect(await kept(6, 5)).toEqual(range(17, 26));
    expect(await storage.sessions.recent(4, 0)).toMatchObject([{ last: { msgId: 1 } }]);
    await say(3, 4);
    expect(await kept(4, 3)).toEqual([2, 1]);
    for (let n = 1; n <= 10; n++) await say(5, 6);
    expect(await kept(4, 3)).toEqual([2]);
  });

  it("gives back each content as it was, whatever its size and whatever became of the bytes", async () => {
    const { storage } = crowd({});
    const sizes = [1, 4096, 300_000, 2, 524_288, 4096, 3];
    const contents = Array.from({ length: 140 }, (_, n) => Buffer.alloc(sizes[n % sizes.length] as number, n + 1));
    const passing = Buffer.alloc(600_000);
    for (const content of contents) {
      content.copy(passing, 5);
      const audio = { fromId: 1, to: { kind: 1, id: 2 }, type: 2, created: 1 } as const;
      await storage.messages.append({ ...audio, content: passing.subarray(5, 5 + content.length) });
      passing.fill(0);
    }
    const kept = await storage.messages.history(2, { kind: 1, id: 1 }, 0, contents.length);
    expect(kept.reverse().map(({ content }, n) => content.equals(contents[n] as Buffer))).toEqual(
      contents.map(() => true),
    );
  });

  it("gives one and the same first pull until a user changes, so that its encoding can be kept", async () => {
    const { storage } = crowd({});
    const first = await storage.accounts.changedSince(0);
    await storage.accounts.setAvatar(999, "nobody");
    expect(await storage.accounts.changedSince(0)).toBe(first);
    await storage.accounts.setAvatar(3, "/3.png");
    const second = await storage.accounts.changedSince(0);
    expect(second).not.toBe(first);
    expect(second[0]).toBe(first[0]);
    expect(second[2]).not.toBe(first[2]);
    expect(first[2]?.avatar).toBe("");
  });

  it("does not start with a group that no store could hold", () => {
    const group = { kind: 1, name: "", avatar: "", creatorId: 1, members: [1] } as const;
    const seed = { ...parseSeedFixture(crowdFixture(1), "crowd"), groups: [group] };
    expect(() => new MemoryStorage(seed, new FakeClock())).toThrow('the seed\'s group "" is not valid');
  });
});
