import { describe, expect, it } from "vitest";
import { parseMysqlUrl } from "../../../src/server/storage/sql/mysql-url.js";
import { parseRedisUrl } from "../../../src/server/storage/sql/redis-url.js";
import { parseStorageUrl } from "../../../src/server/storage/storage-url.js";

describe("storage URLs", () => {
  it.each([
    ["memory", { kind: "memory" }],
    ["sqlite:chat.db", { kind: "sqlite", path: "chat.db" }],
    ["sqlite:/var/lib/chat.db", { kind: "sqlite", path: "/var/lib/chat.db" }],
    ["sqlite:///var/lib/chat.db", { kind: "sqlite", path: "/var/lib/chat.db" }],
  ])("reads %s", (text, target) => {
    expect(parseStorageUrl(text)).toEqual(target);
  });

  it.each(["", "sqlite:", "chat.db", "mysql:", "mysql://host", "mysql://host/", "mysql://host/a`b", "http://host/db"])(
    "takes %j for no storage",
    (text) => {
      expect(parseStorageUrl(text)).toBeUndefined();
    },
  );

  it("reads user, password, port and database of MySQL, and shows no password", () => {
    const target = parseMysqlUrl("mysql://im:p%40ss%2F@db.example:3307/teamtalk");
    expect(target).toMatchObject({
      user: "im",
      password: "p@ss/",
      host: "db.example",
      port: 3307,
      database: "teamtalk",
    });
    expect(target?.shown).toBe("mysql://db.example:3307/teamtalk");
    expect(parseMysqlUrl("mysql://[::1]/t")).toMatchObject({ host: "::1", port: 3306, user: "root", password: "" });
    expect(parseMysqlUrl("mysql://u:%ff@h/t")).toBeUndefined();
  });

  it.each([
    ["redis://h", { unread: 1, group_set: 2, sync: 3, token: 4, group_member: 5 }],
    ["redis://h/7", { unread: 7, group_set: 7, sync: 7, token: 7, group_member: 7 }],
    ["redis://h/1?sync=2", { unread: 1, group_set: 1, sync: 2, token: 1, group_member: 1 }],
    ["redis://h?unread=0&token=15", { unread: 0, group_set: 2, sync: 3, token: 15, group_member: 5 }],
  ])("gives each group of keys in %s its database number", (text, numbers) => {
    expect(parseRedisUrl(text)?.numbers).toEqual(numbers);
  });

  it("reads the servers of groups that are elsewhere", () => {
    const text = "redis://:pw@h:6380/7?token=t.example:7000/4&group_member=[::1]/5&group_set=g-1/2&unread=3";
    expect(parseRedisUrl(text)).toMatchObject({
      host: "h",
      port: 6380,
      password: "pw",
      numbers: { unread: 3, group_set: 2, sync: 7, token: 4, group_member: 5 },
      elsewhere: {
        token: { host: "t.example", port: 7000 },
        group_member: { host: "::1", port: 6379 },
        group_set: { host: "g-1", port: 6379 },
      },
    });
    expect(parseRedisUrl("redis://h")?.elsewhere).toEqual({});
  });

  it.each(["redis://h?token=a b/1", "redis://h?token=t/x", "redis://h?token=t:70000/1", "redis://h?token=t:1"])(
    "takes %j for no Redis",
    (text) => {
      expect(parseRedisUrl(text)).toBeUndefined();
    },
  );

  it.each(["", "h:6379", "redis://", "redis://h/x", "redis://h?unread=x", "redis://h?unraed=1", "redis://:%ff@h"])(
    "takes %j for no Redis",
    (text) => {
      expect(parseRedisUrl(text)).toBeUndefined();
    },
  );
});
