import { expect, it } from "vitest";
import { ids, inGroup, type MakeStorage, storageUnderTest, withUser } from "./storage-under-test.js";

const IOS = 0x11;
const ANDROID = 0x12;

export function pushContract(make: MakeStorage): void {
  it("keeps one push token for each user, the latest, until it is cleared (LGN-13, LGN-15, DBP-03)", async () => {
    const { storage } = await storageUnderTest(make);
    await storage.push.setDeviceToken(1, IOS, "old");
    await storage.push.setDeviceToken(1, ANDROID, "a:b");
    await storage.push.setDeviceToken(ids.unknown, IOS, "x");
    expect(await storage.push.pushTokens([2, 1, ids.unknown, 1])).toEqual([
      { userId: 1, clientType: ANDROID, token: "a:b", totalUnread: 0 },
    ]);
    await storage.push.setDeviceToken(1, ANDROID, "");
    expect(await storage.push.pushTokens([1])).toEqual([]);
  });

  it("gives a token to the user who set it last: a phone that changes hands is no longer the former user's (LGN-15)", async () => {
    const { storage } = await storageUnderTest(make);
    await storage.push.setDeviceToken(1, IOS, "phone");
    await storage.push.setDeviceToken(2, IOS, "phone");
    await storage.push.setDeviceToken(3, IOS, "another");
    const ofAll = async () => (await storage.push.pushTokens([1, 2, 3])).map(({ userId, token }) => [userId, token]);
    expect(await ofAll()).toEqual([
      [2, "phone"],
      [3, "another"],
    ]);
    // The former user's logout takes nothing from the new one.
    await storage.push.setDeviceToken(1, IOS, "");
    await storage.push.setDeviceToken(2, IOS, "new");
    await storage.push.setDeviceToken(1, IOS, "phone");
    expect(await ofAll()).toEqual([
      [1, "phone"],
      [2, "new"],
      [3, "another"],
    ]);
  });

  it("gives with a token all that is unread, of users and groups (DBP-03)", async () => {
    const { storage, say } = await storageUnderTest(make);
    await storage.push.setDeviceToken(2, IOS, "t");
    await say(1, withUser(2));
    await say(1, withUser(2));
    await say(3, withUser(2));
    await say(1, inGroup(1));
    expect(await storage.push.pushTokens([2])).toMatchObject([{ totalUnread: 4 }]);
    await storage.sessions.markRead(2, withUser(1));
    expect(await storage.push.pushTokens([2])).toMatchObject([{ totalUnread: 2 }]);
  });

  it("keeps no token of more than 1024 characters", async () => {
    const { storage } = await storageUnderTest(make);
    await storage.push.setDeviceToken(1, IOS, "t".repeat(1024));
    await storage.push.setDeviceToken(1, IOS, "u".repeat(1025));
    expect((await storage.push.pushTokens([1]))[0]?.token).toBe("t".repeat(1024));
  });

  it("gives a token back as the text that was set, whatever is in it, and takes it from its former user", async () => {
    const { storage } = await storageUnderTest(make);
    for (const token of ["a\0b", "😀".repeat(1024), "' OR 1=1 --\\"]) {
      await storage.push.setDeviceToken(1, IOS, token);
      await storage.push.setDeviceToken(2, ANDROID, token);
      expect(await storage.push.pushTokens([1, 2])).toEqual([
        { userId: 2, clientType: ANDROID, token, totalUnread: 0 },
      ]);
    }
  });

  it("keeps each user's do-not-disturb (LGN-16)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.push.pushShield(1)).toBe(0);
    await storage.push.setPushShield(1, 1);
    expect(await storage.push.pushShield(1)).toBe(1);
    expect(await storage.push.pushShield(2)).toBe(0);
    await storage.push.setPushShield(1, 0);
    expect(await storage.push.pushShield(1)).toBe(0);
  });

  it("lists a receiver's offline files until each is deleted (FIL-03)", async () => {
    const { storage } = await storageUnderTest(make);
    const file = { fromId: 1, toId: 2, taskId: "t1", name: "ä.txt", sizeBytes: 4_000_000_000 };
    const another = { ...file, taskId: "t2" };
    await storage.offlineFiles.add(file);
    await storage.offlineFiles.add(another);
    await storage.offlineFiles.add({ ...file, toId: 3 });
    expect(await storage.offlineFiles.list(2, 0)).toEqual([file, another]);
    await storage.offlineFiles.delete(9, 2, "t1");
    await storage.offlineFiles.delete(1, 2, "t1");
    await storage.offlineFiles.delete(1, 2, "t1");
    expect(await storage.offlineFiles.list(2, 0)).toEqual([another]);
    expect(await storage.offlineFiles.list(3, 0)).toHaveLength(1);
    expect(await storage.offlineFiles.list(1, 0)).toEqual([]);
  });

  it("lists offline files by the names that they were added with, whatever is in them, and deletes them by such", async () => {
    const { storage } = await storageUnderTest(make);
    const odd = ["a\0b", "😀".repeat(255), "' OR 1=1 --\\"];
    const files = odd.map((text) => ({ fromId: 1, toId: 2, taskId: text, name: text, sizeBytes: 0xffff_ffff }));
    for (const file of files) await storage.offlineFiles.add(file);
    expect(await storage.offlineFiles.list(2, 0)).toEqual(files);
    for (const { taskId } of files) await storage.offlineFiles.delete(1, 2, taskId);
    expect(await storage.offlineFiles.list(2, 0)).toEqual([]);
  });

  it("lists an offline file once, however often it is added, and no more once it was deleted (FIL-03)", async () => {
    const { storage } = await storageUnderTest(make);
    const file = { fromId: 1, toId: 2, taskId: "t", name: "n", sizeBytes: 1 };
    await storage.offlineFiles.add(file);
    await storage.offlineFiles.add(file);
    expect(await storage.offlineFiles.list(2, 0)).toEqual([file]);
    await storage.offlineFiles.delete(1, 2, "t");
    await storage.offlineFiles.add(file);
    await storage.offlineFiles.add(file);
    expect(await storage.offlineFiles.list(2, 0)).toEqual([]);
  });

  it("keeps no offline file whose name or task has more than 255 characters", async () => {
    const { storage } = await storageUnderTest(make);
    const file = { fromId: 1, toId: 2, taskId: "t", name: "n", sizeBytes: 1 };
    await storage.offlineFiles.add({ ...file, name: "😀".repeat(256) });
    await storage.offlineFiles.add({ ...file, taskId: "t".repeat(256) });
    expect(await storage.offlineFiles.list(2, 0)).toEqual([]);
  });

  it("lists no offline file that was deleted before it was added, nor one from before a time (FIL-03)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    const file = { fromId: 1, toId: 2, taskId: "early", name: "a", sizeBytes: 1 };
    await storage.offlineFiles.delete(1, 2, "early");
    await storage.offlineFiles.add(file);
    expect(await storage.offlineFiles.list(2, 0)).toEqual([]);
    const late = { ...file, taskId: "late" };
    await Promise.all([storage.offlineFiles.add(late), storage.offlineFiles.delete(1, 2, "late")]);
    expect(await storage.offlineFiles.list(2, 0)).toEqual([]);
    const old = { ...file, taskId: "old" };
    await storage.offlineFiles.add(old);
    clock.turn(10);
    expect(await storage.offlineFiles.list(2, clock.nowSeconds - 10)).toEqual([old]);
    expect(await storage.offlineFiles.list(2, clock.nowSeconds - 9)).toEqual([]);
  });
}
