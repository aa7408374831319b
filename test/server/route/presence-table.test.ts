import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClientType } from "../../../src/codec/generated/enums.js";
import { isPcClient, PresenceTable } from "../../../src/server/route/presence-table.js";

const { CLIENT_TYPE_WINDOWS, CLIENT_TYPE_MAC, CLIENT_TYPE_IOS, CLIENT_TYPE_ANDROID } = ClientType;

describe("PresenceTable (RTE-02)", () => {
  it("counts a user's connections by client type, over all links", () => {
    const table = new PresenceTable<string>();
    table.add("a", 7, CLIENT_TYPE_WINDOWS);
    table.add("b", 7, CLIENT_TYPE_WINDOWS);
    table.add("b", 7, CLIENT_TYPE_IOS);
    expect(table.count(7, CLIENT_TYPE_WINDOWS)).toBe(2);
    expect(table.count(7, CLIENT_TYPE_IOS)).toBe(1);
    expect(table.count(7, CLIENT_TYPE_ANDROID)).toBe(0);
    expect(table.linksOf(7)).toEqual(new Set(["a", "b"]));
  });

  it("forgets a link at once when its last connection of the user left", () => {
    const table = new PresenceTable<string>();
    table.add("a", 7, CLIENT_TYPE_WINDOWS);
    table.add("b", 7, CLIENT_TYPE_IOS);
    table.remove("a", 7, CLIENT_TYPE_WINDOWS);
    expect(table.linksOf(7)).toEqual(new Set(["b"]));
    expect(table.isOnPc(7)).toBe(false);
    expect(table.has(7)).toBe(true);
  });

  it("forgets the user when the last link did", () => {
    const table = new PresenceTable<string>();
    table.add("a", 7, CLIENT_TYPE_MAC);
    table.remove("a", 7, CLIENT_TYPE_MAC);
    expect(table.has(7)).toBe(false);
    expect(table.userCount).toBe(0);
  });

  it("takes away what a lost link had brought and nothing else", () => {
    const table = new PresenceTable<string>();
    table.add("a", 7, CLIENT_TYPE_WINDOWS);
    table.add("b", 7, CLIENT_TYPE_WINDOWS);
    table.add("a", 8, CLIENT_TYPE_IOS);
    expect(table.dropLink("a").sort()).toEqual([7, 8]);
    expect(table.isOnPc(7)).toBe(true);
    expect(table.has(8)).toBe(false);
  });

  it("lets no link take away what another one reported", () => {
    const table = new PresenceTable<string>();
    table.add("a", 7, CLIENT_TYPE_WINDOWS);
    table.remove("b", 7, CLIENT_TYPE_WINDOWS);
    table.remove("a", 7, CLIENT_TYPE_MAC);
    expect(table.count(7, CLIENT_TYPE_WINDOWS)).toBe(1);
  });

  it("agrees with a plain list of connections, whatever happens", () => {
    const link = fc.constantFrom("a", "b", "c");
    const userId = fc.integer({ min: 1, max: 4 });
    const clientType = fc.constantFrom(...Object.values(ClientType));
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant("add" as const), link, userId, clientType }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("remove" as const), link, userId, clientType }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), link, userId, clientType }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = new PresenceTable<string>();
        let connections: { link: string; userId: number; clientType: ClientType }[] = [];
        for (const { kind, link, userId, clientType } of steps) {
          if (kind === "add") {
            table.add(link, userId, clientType);
            connections.push({ link, userId, clientType });
          } else if (kind === "remove") {
            table.remove(link, userId, clientType);
            const gone = connections.findIndex(
              (one) => one.link === link && one.userId === userId && one.clientType === clientType,
            );
            if (gone >= 0) connections.splice(gone, 1);
          } else {
            const had = new Set(connections.filter((one) => one.link === link).map((one) => one.userId));
            expect(new Set(table.dropLink(link))).toEqual(had);
            connections = connections.filter((one) => one.link !== link);
          }
        }
        expect(table.userCount).toBe(new Set(connections.map((one) => one.userId)).size);
        for (const id of [1, 2, 3, 4, 5]) {
          const own = connections.filter((one) => one.userId === id);
          expect(table.has(id)).toBe(own.length > 0);
          expect(table.isOnPc(id)).toBe(own.some((one) => isPcClient(one.clientType)));
          expect(table.linksOf(id)).toEqual(new Set(own.map((one) => one.link)));
          for (const type of Object.values(ClientType)) {
            expect(table.count(id, type)).toBe(own.filter((one) => one.clientType === type).length);
          }
        }
      }),
    );
  });
});
