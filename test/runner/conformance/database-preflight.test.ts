import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { databasePreflight } from "../../../src/runner/conformance/database-preflight.js";
import { startRoleServer } from "../../helpers/role-server.js";
import { neverSends } from "../../mutants/fault-words.js";
import { FaultyWire, type Line } from "../../mutants/faulty-wire.js";
import type { WireFault } from "../../mutants/wire-fault.js";

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.stop();
});

/** What is found of a db_proxy_server with that fault. */
async function look(fault: WireFault) {
  const server = await startRoleServer("db", {
    timeScale: 1,
    async via(address) {
      const wire = await FaultyWire.start(address, fault, new Set<Line>());
      started.push(wire);
      return wire.address;
    },
  });
  started.push(server);
  const accounts = server.options.accounts ?? [];
  return databasePreflight({ target: server.target, accounts, answerMs: 500, needsGroups: true });
}

const nothingWrong = { loginProblem: undefined, isLoginBroken: false };

describe("databasePreflight", () => {
  it("finds groups where a user can be validated", async () => {
    const { groups, ...found } = await look({});
    expect(found).toEqual(nothingWrong);
    expect(groups.length).toBeGreaterThan(0);
  });

  it("takes a user for validated whose groups are not told: that is for the cases to judge", async () => {
    const found = await look(neverSends(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE));
    expect(found).toEqual({ ...nothingWrong, groups: [] });
  });

  it("says that no user can be validated where nothing is said of any", async () => {
    const { loginProblem, isLoginBroken } = await look(neverSends(CommandId.CID_OTHER_VALIDATE_RSP));
    expect(isLoginBroken).toBe(true);
    expect(loginProblem).toMatch(/^no account can be validated: /);
  });
});
