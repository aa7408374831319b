import { beforeEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { UserStatType } from "../../../src/codec/generated/enums.js";
import { PresenceFeed } from "../../../src/server/msg/presence-feed.js";

const { USER_STATUS_ONLINE: ON, USER_STATUS_OFFLINE: OFF } = UserStatType;
const USER = 7;
const MINUTE_MS = 60_000;

let feed: PresenceFeed;
let nowMs: number;
beforeEach(() => {
  feed = new PresenceFeed();
  nowMs = 1000;
});

const says = (isMaster: boolean) => (status: UserStatType) =>
  feed.admits(isMaster, CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, USER, status, nowMs);
const master = says(true);
const other = says(false);

describe("PresenceFeed", () => {
  it("passes on what either says first, and once", () => {
    expect([other(ON), master(ON)]).toEqual([true, false]);
    expect([master(OFF), other(OFF)]).toEqual([true, false]);
  });

  it("passes on that a user who is online has logged in again, by the master's word", () => {
    expect([other(ON), master(ON), other(ON), master(ON)]).toEqual([true, false, false, true]);
  });

  it("knows the master's echo of several changes", () => {
    expect([other(ON), other(OFF), other(ON)]).toEqual([true, true, true]);
    expect([master(ON), master(OFF), master(ON), master(OFF)]).toEqual([false, false, false, true]);
  });

  it("takes a master at its word again that has long not repeated what another has told", () => {
    // The user's msg_server has no link to the master: nothing of this is ever repeated.
    for (let n = 0; n < 10; n++) expect([other(ON), other(OFF)]).toEqual([true, true]);
    expect(other(ON)).toBe(true);
    nowMs += MINUTE_MS;
    // It has one again, and says so; then the other route_server is gone.
    expect([master(ON), master(OFF), master(ON)]).toEqual([true, true, true]);
  });
});
