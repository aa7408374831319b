import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseMsgServer, type MsgServerEntry } from "../../../src/server/login/choose-msg-server.js";

const entry = fc
  .record({ users: fc.integer({ min: 0, max: 5 }), usersMax: fc.integer({ min: 0, max: 5 }) })
  .map((load): MsgServerEntry => ({ priorIp: "a", backupIp: "b", port: 1, hostName: "h", ...load }));

describe("chooseMsgServer (LSV-02)", () => {
  it("knows none when none has registered", () => {
    expect(chooseMsgServer([])).toEqual({ kind: "none-known" });
  });

  it("never hands out a full one, and says so when all are", () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (servers) => {
        const choice = chooseMsgServer(servers);
        const free = servers.filter(({ users, usersMax }) => users < usersMax);
        expect(choice.kind).toBe(free.length === 0 ? "all-full" : "chosen");
        if (choice.kind !== "chosen") return;
        // The first of the least loaded: no other choice is as good and earlier.
        expect(choice.server).toBe(free.find(({ users }) => users === Math.min(...free.map((one) => one.users))));
      }),
    );
  });
});
