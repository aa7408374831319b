import { afterEach, describe, expect, it } from "vitest";
import { clientTypes } from "../../../src/client/client-type.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import { startDbProxyServer } from "../../../src/server/db/db-proxy-server.js";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import type { Storage } from "../../../src/server/storage/storage.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { neverSends } from "../../mutants/fault-words.js";
import { FaultyWire } from "../../mutants/faulty-wire.js";
import { storageFault } from "../../mutants/storage-fault.js";

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
async function databaseServer(
  deviates: Deviations = strict,
  odd: (storage: Storage) => Storage = (storage) => storage,
) {
  const clock = { nowMs: () => Date.now() };
  const server = await startDbProxyServer({
    listen: LOOPBACK,
    storage: odd(new MemoryStorage(parseSeedFixture(fixture, "db-cases.yaml"), clock)),
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

  it("do not hold it against a server that its clock is another", async () => {
    const startedS = Math.floor(Date.now() / 1000);
    // As the original: what is older than the member's joining is not given out, and all groups are made from now on.
    const byTime = storageFault("messages", (sound) => ({
      history: async (userId, session, begin, count) => {
        const messages = await sound.history(userId, session, begin, count);
        return messages.filter(({ created }) => session.kind === 1 || created >= startedS);
      },
    }));
    const nowMs = () => Date.now() - 3_600_000;
    const result = await judgeRole("db", await databaseServer(strict, byTime), { accounts, nowMs });
    expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
  });

  it("do not hold it against a server that it lets iPhones sleep at night, as the original does", async () => {
    const night = storageFault("push", (sound) => ({
      pushTokens: async (userIds) =>
        (await sound.pushTokens(userIds)).filter(({ clientType }) => clientType !== clientTypes.ios),
    }));
    const result = await judgeRole("db", await databaseServer(strict, night), {
      accounts,
      cases: allCases
        .filter(({ id }) => id === "dbp.device-token")
        .map((each) => ({ case: each, skippedBy: undefined })),
    });
    expect(result.cases).toMatchObject([{ id: "dbp.device-token", verdict: "passed" }]);
  });

  it("do not hold it against a server that its tables lack a user's department", async () => {
    const hq = 1;
    const lacking = storageFault("departments", (sound) => ({
      changedSince: async (since) => (await sound.changedSince(since)).filter(({ id }) => id !== hq),
    }));
    const cases = allCases
      .filter(({ id }) => id === "dbp.departments")
      .map((each) => ({ case: each, skippedBy: undefined }));
    // In the fixture they are in HQ.
    const inHq = accounts.filter((_, index) => index % 2 === 0);
    const result = await judgeRole("db", await databaseServer(strict, lacking), { accounts: inHq, cases });
    expect(result.cases).toMatchObject([
      { verdict: "blocked", reason: expect.stringMatching(/^department 1, where user \d+ is, is not among 2$/) },
    ]);
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
