import { describe, expect, it } from "vitest";
import { ClientType, UserStatType } from "../../../src/codec/generated/enums.js";
import { applyLostLink, applySnapshot, applyUpdate } from "../../../src/server/route/presence-news.js";
import { PresenceTable } from "../../../src/server/route/presence-table.js";

const PC = ClientType.CLIENT_TYPE_WINDOWS;
const MAC = ClientType.CLIENT_TYPE_MAC;
const PHONE = ClientType.CLIENT_TYPE_IOS;
const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE, USER_STATUS_LEAVE: LEAVE } = UserStatType;

function scene(...connections: [link: string, userId: number, clientType: ClientType][]) {
  const table = new PresenceTable<string>();
  for (const [link, userId, clientType] of connections) table.add(link, userId, clientType);
  const update = (link: string, user_status: number, client_type: ClientType) =>
    applyUpdate(table, link, { user_id: 7, user_status, client_type });
  return { table, update };
}

describe("news of one update (RTE-03, RTE-04)", () => {
  it("a first PC login is news for phones and for everybody", () => {
    expect(scene().update("a", ONLINE, PC)).toEqual({ userId: 7, pcLogin: 1, status: ONLINE });
  });

  it("a further PC login is the same news again", () => {
    expect(scene(["b", 7, MAC]).update("a", ONLINE, PC)).toEqual({ userId: 7, pcLogin: 1, status: ONLINE });
  });

  it("a phone's login alone is no news", () => {
    expect(scene().update("a", ONLINE, PHONE)).toEqual({ userId: 7 });
  });

  it("a phone's login while a PC is online, on any link, tells the PC login status and nobody else", () => {
    expect(scene(["b", 7, PC]).update("a", ONLINE, PHONE)).toEqual({ userId: 7, pcLogin: 1 });
  });

  it("a PC that leaves another PC behind is no news", () => {
    expect(scene(["a", 7, PC], ["b", 7, MAC]).update("a", OFFLINE, PC)).toEqual({ userId: 7 });
  });

  it("the last PC leaving a phone behind is news for phones and for everybody", () => {
    const news = scene(["a", 7, PC], ["b", 7, PHONE]).update("a", OFFLINE, PC);
    expect(news).toEqual({ userId: 7, pcLogin: 0, status: OFFLINE });
  });

  it("the last PC leaving nobody behind is news for everybody", () => {
    expect(scene(["a", 7, PC]).update("a", OFFLINE, PC)).toEqual({ userId: 7, status: OFFLINE });
  });

  it("a phone that leaves is no news", () => {
    expect(scene(["a", 7, PC], ["a", 7, PHONE]).update("a", OFFLINE, PHONE)).toEqual({ userId: 7 });
  });

  it("passes the status on that was reported", () => {
    expect(scene().update("a", LEAVE, PC)).toEqual({ userId: 7, pcLogin: 1, status: LEAVE });
  });

  it.each([0, 4, 0xffffffff])("user_status %i means nothing and changes nothing", (status) => {
    const { table, update } = scene();
    expect(update("a", status, PC)).toBeUndefined();
    expect(table.has(7)).toBe(false);
  });
});

describe("news of a snapshot (RTE-01)", () => {
  it("are the users who were on no PC before, once each", () => {
    const { table } = scene(["b", 2, MAC]);
    const users = [
      { user_id: 1, status: ONLINE, client_type: PC },
      { user_id: 1, status: ONLINE, client_type: MAC },
      { user_id: 2, status: ONLINE, client_type: PC },
      { user_id: 3, status: ONLINE, client_type: PHONE },
      { user_id: 4, status: OFFLINE, client_type: PC },
    ];
    expect(applySnapshot(table, "a", users)).toEqual([{ userId: 1, pcLogin: 1, status: ONLINE }]);
    expect([1, 2, 3, 4].map((id) => table.isOnPc(id))).toEqual([true, true, false, false]);
  });
});

describe("news of a lost link (RTE-07)", () => {
  it("are the users whose last PC was there, and whether a phone remains elsewhere", () => {
    const { table } = scene(["a", 1, PC], ["a", 2, PC], ["b", 2, PHONE], ["a", 3, PC], ["b", 3, MAC], ["a", 4, PHONE]);
    expect(applyLostLink(table, "a")).toEqual([
      { userId: 1, status: OFFLINE },
      { userId: 2, pcLogin: 0, status: OFFLINE },
    ]);
    expect([1, 2, 3, 4].map((id) => table.has(id))).toEqual([false, true, true, false]);
  });
});
