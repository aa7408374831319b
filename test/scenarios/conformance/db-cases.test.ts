import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import { startDbProxyServer } from "../../../src/server/db/db-proxy-server.js";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { neverSends } from "../../mutants/fault-words.js";
import { FaultyWire } from "../../mutants/faulty-wire.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const started: { stop(graceMs: number): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});

const USERS = 60;
const accounts = Array.from({ length: USERS }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));
const fixture = `
password: secret
departments: [HQ, { name: North, parent: HQ }]
users: [{ name: "user{1..${USERS}}", department: [HQ, North] }]
groups: [{ name: Crew, creator: user1, members: "user{1..40}" }]
`;

/** Time limits of a twentieth. */
async function databaseServer(deviates: Deviations = strict) {
  const clock = { nowMs: () => Date.now() };
  const server = await startDbProxyServer({
    listen: LOOPBACK,
    storage: new MemoryStorage(parseSeedFixture(fixture, "db-cases.yaml"), clock),
    clock,
    deviates,
    link: { heartbeatIntervalMs: 250, idleTimeoutMs: 1500 },
  });
  started.push(server);
  return server.addresses.servers ?? LOOPBACK;
}

describe("the cases of a db_proxy_server", () => {
  it("find nothing wrong with ours", async () => {
    const result = await judgeRole("db", await databaseServer(), { accounts, nowMs: () => Date.now() });
    expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
    expect(result.summary.passed).toBeGreaterThan(55);
  });

  it("find in it what the original is known to fail, when it behaves like the original", async () => {
    const result = await judgeRole("db", await databaseServer(teamtalk), {
      accounts,
      nowMs: () => Date.now(),
      baseline: await teamtalkBaseline(),
    });
    expect(withVerdict(result, "failed", "blocked", "errored", "unexpected-pass")).toEqual([]);
    expect(withVerdict(result, "expected-failure")).not.toEqual([]);
  });

  it("take silence for the refusal of a group message, as the original does", async () => {
    const silent = neverSends(CommandId.CID_MSG_DATA, ({ msg_id }) => msg_id === 0);
    const wire = await FaultyWire.start(await databaseServer(), silent, new Set());
    started.push(wire);
    const cases = allCases
      .filter(({ id }) => id === "dbp.group-outsider")
      .map((each) => ({ case: each, skippedBy: undefined }));
    const result = await judgeRole("db", wire.address, { accounts, cases });
    expect(result.cases).toMatchObject([{ id: "dbp.group-outsider", verdict: "passed" }]);
  });

  it("are blocked where nobody listens, or nobody can be validated", async () => {
    const nobody = await judgeRole("db", await nobodyAt(), { accounts });
    expect(nobody.summary.blocked).toBe(nobody.summary.total);
    const wrong = accounts.map(({ name }) => ({ name, password: "other" }));
    const strangers = await judgeRole("db", await databaseServer(), { accounts: wrong, timeoutFactor: 0.2 });
    expect(withVerdict(strangers, "failed", "errored")).toEqual([]);
    expect(strangers.cases.find(({ id }) => id === "dbp.message-ids")).toMatchObject({
      verdict: "blocked",
      reason: expect.stringMatching(
        /^user\d+ cannot be validated: wrong name or password\. Are --accounts and --password those of this server\?$/,
      ),
    });
  });

  it.each<Oddity>(["mute", "closing", "babbling", "echoing"])(
    "never pass against a port that is no db_proxy_server (%s), in bounded time and without a fault of their own",
    async (oddity) => {
      const odd = await OddServer.start(oddity);
      started.push(odd);
      const result = await judgeRole("db", odd.address, { accounts, timeoutFactor: 0.01, timeScale: 0.01, jobs: 64 });
      expect(withVerdict(result, "errored")).toEqual([]);
      // Where no PDU ever comes there is no such server to fail.
      expect(result.summary.outcome).toBe(oddity === "echoing" ? "failed" : "blocked");
      expect(withVerdict(result, "passed")).toEqual([]);
    },
  );
});
