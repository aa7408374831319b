import { expect, it } from "vitest";
import { passwordMatches } from "../../../src/server/storage/password-hash.js";
import { ids, type MakeStorage, storageUnderTest } from "./storage-under-test.js";

/** md5("secret") and md5("ünï"), as clients send them. */
const SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69";
const ANNS = "3241a66fd412a38b61bb6f5a732e1a29";

export function accountsContract(make: MakeStorage): void {
  it("finds credentials by name, with a password that only the right one matches (LGN-01, LGN-02)", async () => {
    const { storage } = await storageUnderTest(make);
    const found = await storage.accounts.credentials("user7");
    expect(found?.user).toMatchObject({ id: 7, name: "user7", nick: "Nick 7", status: 0 });
    expect(passwordMatches(SECRET, found?.salt ?? "", found?.passwordHash ?? "")).toBe(true);
    expect(passwordMatches(ANNS, found?.salt ?? "", found?.passwordHash ?? "")).toBe(false);
    expect(found?.salt.length).toBeLessThanOrEqual(4);
  });

  it.each([
    "USER7",
    "user7 ",
    " user7",
    "user",
    "",
    "x' or '1'='1",
    'user7"',
    "user7\\",
    "user7\0",
    "user7%",
    "user_",
    "😀",
    "ánn",
    "u".repeat(10_000),
  ])("finds nobody by a name that is not exactly theirs: %j (LGN-08)", async (name) => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.accounts.credentials(name)).toBeUndefined();
  });

  it("counts failed logins of a name for 30 minutes, until a success (LGN-06)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    const { loginFailures } = storage;
    const name = `it's "nobody"\0 ${"n".repeat(10_000)}`;
    const fail = async (times: number) => {
      for (let n = 0; n < times; n++) await loginFailures.failed(name);
    };
    expect(await loginFailures.recent(name)).toBe(0);
    await fail(3);
    clock.turn(1799);
    await fail(9);
    expect(await loginFailures.recent(name)).toBe(11);
    expect(await loginFailures.recent(`${name} `)).toBe(0);
    clock.turn(1);
    expect(await loginFailures.recent(name)).toBe(9);
    await loginFailures.succeeded(name);
    expect(await loginFailures.recent(name)).toBe(0);
  });

  it("finds credentials of users who may not log in, whose status says so (LGN-07)", async () => {
    const { storage } = await storageUnderTest(make);
    expect((await storage.accounts.credentials("locked"))?.user.status).toBe(1);
    expect((await storage.accounts.credentials("gone"))?.user.status).toBe(3);
  });

  it("keeps every field of a user", async () => {
    const { storage, clock } = await storageUnderTest(make);
    expect(await storage.accounts.byIds([ids.ann, 2])).toEqual([
      {
        id: ids.ann,
        name: "Ann",
        nick: "Ann",
        sex: 0,
        avatar: "/a.png",
        departmentId: 0,
        email: "",
        phone: "",
        domain: "ann",
        signInfo: "hello",
        status: 0,
        updated: clock.nowSeconds,
      },
      {
        id: 2,
        name: "user2",
        nick: "Nick 2",
        sex: 2,
        avatar: "",
        departmentId: 2,
        email: "u2@example.com",
        phone: "1382",
        domain: "",
        signInfo: "",
        status: 0,
        updated: clock.nowSeconds,
      },
    ]);
  });

  it("gives the users asked for in that order, once each, without unknown ones (PUL-03)", async () => {
    const { storage } = await storageUnderTest(make);
    const found = await storage.accounts.byIds([9, ids.unknown, 3, 9, 0]);
    expect(found.map(({ id }) => id)).toEqual([9, 3]);
    expect(await storage.accounts.byIds([])).toEqual([]);
  });

  it("gives all users but those who left in a first pull (PUL-02)", async () => {
    const { storage } = await storageUnderTest(make);
    const all = (await storage.accounts.changedSince(0)).map(({ id }) => id);
    expect(all).toHaveLength(122);
    expect(all).toContain(ids.locked);
    expect(all).not.toContain(ids.gone);
  });

  it("gives those changed at or after a time, whatever their status (PUL-02)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    clock.turn(10);
    await storage.accounts.setSignInfo(ids.gone, "bye");
    clock.turn(1);
    await storage.accounts.setAvatar(5, "/5.png");
    const since = async (time: number) => (await storage.accounts.changedSince(time)).map(({ id }) => id).sort();
    expect(await since(clock.nowSeconds - 1)).toEqual([ids.gone, 5].sort());
    expect(await since(clock.nowSeconds)).toEqual([5]);
    expect(await since(clock.nowSeconds + 1)).toEqual([]);
  });

  it("shows a user's change in the second of the last answer to the next pull, even if the clock was set back (PUL-09)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    await storage.accounts.setSignInfo(1, "first");
    const latest = Math.max(...(await storage.accounts.changedSince(0)).map(({ updated }) => updated));
    await storage.accounts.setSignInfo(2, "same second");
    clock.turn(-3600);
    await storage.accounts.setSignInfo(3, "an hour before");
    const next = await storage.accounts.changedSince(latest);
    expect(next.filter(({ signInfo }) => signInfo !== "" && signInfo !== "hello").map(({ id }) => id)).toEqual([
      1, 2, 3,
    ]);
  });

  it("sets a signature of up to 128 bytes of UTF-8 (PRE-04)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.accounts.setSignInfo(1, "é".repeat(64))).toBe(true);
    expect(await storage.accounts.setSignInfo(1, `${"é".repeat(64)}.`)).toBe(false);
    expect(await storage.accounts.setSignInfo(ids.unknown, "x")).toBe(false);
    expect((await storage.accounts.byIds([1]))[0]?.signInfo).toBe("é".repeat(64));
    expect((await storage.accounts.credentials("user1"))?.user.signInfo).toBe("é".repeat(64));
  });

  it("sets an avatar (PRE-05)", async () => {
    const { storage } = await storageUnderTest(make);
    expect(await storage.accounts.setAvatar(1, "http://x/1.png")).toBe(true);
    expect(await storage.accounts.setAvatar(1, "a".repeat(256))).toBe(false);
    expect(await storage.accounts.setAvatar(ids.unknown, "x")).toBe(false);
    expect((await storage.accounts.changedSince(0)).find(({ id }) => id === 1)?.avatar).toBe("http://x/1.png");
  });

  it("gives departments changed after a time, deleted ones included (PUL-01)", async () => {
    const { storage, clock } = await storageUnderTest(make);
    const updated = clock.nowSeconds;
    expect(await storage.departments.changedSince(0)).toEqual([
      { id: 1, name: "HQ", priority: 0, parentId: 0, status: 0, updated },
      { id: 2, name: "Sales", priority: 7, parentId: 1, status: 0, updated },
      { id: 3, name: "Old", priority: 2, parentId: 0, status: 1, updated },
    ]);
    expect(await storage.departments.changedSince(updated - 1)).toHaveLength(3);
    expect(await storage.departments.changedSince(updated)).toEqual([]);
  });
}
