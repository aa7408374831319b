import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Address } from "../../../src/net/address.js";
import type { ConformanceEvent } from "../../../src/runner/conformance/conformance-event.js";
import { type ConformanceOptions, runConformance } from "../../../src/runner/conformance/run-conformance.js";
import { selectCases } from "../../../src/runner/conformance/select-cases.js";
import type { Verdict } from "../../../src/runner/conformance/verdict.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import type { ConformanceCase } from "../../../src/scenarios/conformance/conformance-case.js";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { caseOf, failing } from "../../helpers/conformance-case.js";
import { FakeMsgServer } from "../../helpers/fake-msg-server.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { ReferenceCluster } from "../../helpers/reference-cluster.js";

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function fake(): Promise<Address> {
  const server = await FakeMsgServer.start({ users: 30 });
  started.push(server);
  return server.address;
}

const accounts = Array.from({ length: 30 }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));

function run(target: Address, cases: readonly ConformanceCase[], options: Partial<ConformanceOptions> = {}) {
  return runConformance({
    target,
    cases: selectCases(cases, { hasSecondServer: options.peer !== undefined }),
    accounts,
    jobs: 8,
    timeScale: 1,
    timeoutFactor: 1,
    strict: false,
    keepsAllTraces: false,
    nowMs: () => 1_700_000_000_000,
    random: () => 0.5,
    signal: new AbortController().signal,
    rerun: (id) => `ttk conform --only ${id}`,
    ...options,
  });
}

describe("runConformance", () => {
  it("reports in the order of the suite, whatever order cases ended in", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const cases = [
      caseOf({ id: "frm.first", run: () => gate }),
      caseOf({ id: "frm.second", run: failing }),
      caseOf({ id: "frm.third", run: async () => release() }),
    ];
    const events: ConformanceEvent[] = [];
    const result = await run(await fake(), cases, { onEvent: (event) => events.push(event) });
    expect(result.cases.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["frm.first", "passed"],
      ["frm.second", "failed"],
      ["frm.third", "passed"],
    ]);
    expect(result.summary).toMatchObject({ total: 3, passed: 2, failed: 1, outcome: "failed" });
    expect(result.target).toMatchObject({ peer: null, startedAt: "2023-11-14T22:13:20.000Z", strict: false });
    expect(result.cases[1]?.rerun).toBe("ttk conform --only frm.second");
    const finished = events.flatMap((event) => (event.type === "case-finished" ? [event] : []));
    expect(finished.map((event) => `${event.finished} of ${event.total}`)).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
    expect([events.at(0)?.type, events.at(-1)?.type]).toEqual(["run-started", "run-finished"]);
  });

  it("runs no more cases at once than it may, those that wait for a timeout aside", async () => {
    let [running, most] = [0, 0];
    const body = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    const cases = Array.from({ length: 12 }, (_, n) =>
      caseOf({ id: `frm.n${n}`, run: body, waitsForTimeout: n >= 10 }),
    );
    await run(await fake(), cases, { jobs: 3 });
    expect(most).toBeGreaterThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(5);
  });

  it("never gives a user to two cases at the same time", async () => {
    const inUse = new Set<string>();
    const cases = Array.from({ length: 20 }, (_, n) =>
      caseOf({
        id: `msg.n${n}`,
        needs: { accounts: 5 },
        async run({ accounts: given }) {
          for (const { name } of given) {
            expect(inUse).not.toContain(name);
            inUse.add(name);
          }
          await new Promise((resolve) => setImmediate(resolve));
          for (const { name } of given) inUse.delete(name);
        },
      }),
    );
    expect((await run(await fake(), cases)).summary).toMatchObject({ passed: 20, outcome: "held" });
  });

  it("blocks every case of a server that nobody runs", async () => {
    const result = await run(await nobodyAt(), [caseOf({ id: "frm.a" }), caseOf({ id: "msg.b" })]);
    expect(result.summary).toMatchObject({ blocked: 2, outcome: "blocked" });
    expect(result.cases[0]?.reason).toContain("ECONNREFUSED");
  });

  it("blocks what needs users when the password is wrong, and judges the rest", async () => {
    const wrong = accounts.map(({ name }) => ({ name, password: "other" }));
    const cases = [
      caseOf({ id: "frm.a" }),
      caseOf({ id: "msg.b", needs: { accounts: 1 } }),
      caseOf({ id: "lgn.c", needs: { accounts: 1 }, judgesLogin: true }),
    ];
    const result = await run(await fake(), cases, { accounts: wrong });
    expect(result.cases.map(({ verdict }) => verdict)).toEqual(["passed", "blocked", "blocked"]);
    expect(result.cases[1]?.reason).toMatch(
      /^user3 cannot log in: the login was refused .*\. Are --accounts and --password those of this server\?$/,
    );
  });

  it("does without an account to spoil that an earlier run left locked out (LGN-06)", async () => {
    const cluster = await ReferenceCluster.start({ fixture: crowdFixture(30) });
    started.push(cluster);
    const refused = accounts.map((account) =>
      account.name === "user30" ? { ...account, password: "other" } : account,
    );
    const cases = allCases.filter(({ id }) => id === "msg.concurrent-first-messages");
    const result = await run(cluster.msg(0), cases, { accounts: refused });
    expect(result.cases.map(({ verdict }) => verdict)).toEqual(["passed"]);
  });

  it("blocks what needs more accounts, groups or servers than there are", async () => {
    const cases = [
      caseOf({ id: "msg.a", needs: { accounts: 40 } }),
      caseOf({ id: "grp.b", needs: { accounts: 2, groupMembers: 2 } }),
      caseOf({ id: "msg.c", needs: { secondServer: true } }),
    ];
    const result = await run(await fake(), cases, { peer: await nobodyAt() });
    expect(result.cases.map(({ verdict }) => verdict)).toEqual(["blocked", "blocked", "blocked"]);
    expect(result.cases.map(({ reason }) => reason)).toEqual([
      "14 more accounts are needed",
      "no normal group has 2 of the accounts as members and leaves 0 out",
      expect.stringContaining("ECONNREFUSED"),
    ]);
  });

  it("lists what was skipped, with the pattern", async () => {
    const cases = selectCases([caseOf({ id: "frm.a", run: failing }), caseOf({ id: "frm.b" })], {
      skip: ["frm.a"],
      hasSecondServer: false,
    });
    const result = await run(await fake(), allCases, { cases });
    expect(result.cases.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ["skipped", "--skip frm.a"],
      ["passed", null],
    ]);
  });

  it("reports what ran when it is interrupted, and does not wait for the rest", async () => {
    const abort = new AbortController();
    const cases = [
      caseOf({ id: "frm.a" }),
      caseOf({
        id: "frm.b",
        async run({ pause }) {
          abort.abort();
          await pause(3_600_000);
        },
      }),
      caseOf({ id: "frm.c" }),
    ];
    const result = await run(await fake(), cases, { jobs: 1, signal: abort.signal });
    expect(result.summary).toMatchObject({ passed: 1, skipped: 2, outcome: "interrupted" });
    expect(result.cases[2]).toMatchObject({ verdict: "skipped", reason: "interrupted" });
  });

  it.each([
    ["before the first case", () => {}],
    [
      "between two cases",
      (abort: AbortController, event: ConformanceEvent) => event.type === "case-finished" && abort.abort(),
    ],
  ])("ends when it is interrupted %s", async (_, onEvent) => {
    const abort = new AbortController();
    if (onEvent.length === 0) abort.abort();
    const result = await run(await fake(), [caseOf({ id: "frm.a" }), caseOf({ id: "frm.b" })], {
      jobs: 1,
      signal: abort.signal,
      onEvent: (event) => void onEvent(abort, event),
    });
    expect(result.cases.at(-1)).toMatchObject({ verdict: "skipped", reason: "interrupted" });
    expect(result.summary.outcome).toBe("interrupted");
  });

  it("runs each case as often as it is told, and counts what came of it", async () => {
    let runs = 0;
    const cases = [
      caseOf({ id: "frm.steady" }),
      caseOf({
        id: "frm.flaky",
        run: async () => {
          if (runs++ === 1) await failing();
        },
      }),
    ];
    const totals = new Set<number>();
    let last = 0;
    const result = await run(await fake(), cases, {
      repeat: 3,
      onEvent: (event) => {
        if (event.type === "case-finished") [last] = [event.finished, totals.add(event.total)];
      },
    });
    expect(result.cases.map(({ id, verdict, runs: counts }) => [id, verdict, counts])).toEqual([
      ["frm.steady", "passed", { total: 3, passed: 3, failed: 0 }],
      ["frm.flaky", "failed", { total: 3, passed: 2, failed: 1 }],
    ]);
    expect(result.summary).toMatchObject({ total: 2, flaky: 1, outcome: "failed" });
    expect([last, ...totals]).toEqual([6, 6]);
  });

  it("starts nothing more after the first failure when it fails fast, warnings aside", async () => {
    const cases = [
      caseOf({ id: "frm.a", level: "should", run: failing }),
      caseOf({ id: "frm.b", run: failing }),
      caseOf({ id: "frm.c" }),
    ];
    const result = await run(await fake(), cases, { jobs: 1, failsFast: true });
    expect(result.cases.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ["failed", null],
      ["failed", null],
      ["skipped", "--fail-fast after frm.b"],
    ]);
  });

  it("gives verdicts in view of the baseline, in its events too", async () => {
    const told: Verdict[] = [];
    const result = await run(await fake(), [caseOf({ id: "frm.a", run: failing }), caseOf({ id: "frm.b" })], {
      baseline: ["frm.a", "frm.b"].map((id) => ({ case: id, reason: "known" })),
      onEvent: (event) => event.type === "case-finished" && told.push(event.result.verdict),
    });
    expect(result.cases.map(({ verdict }) => verdict)).toEqual(["expected-failure", "unexpected-pass"]);
    expect(told.toSorted()).toEqual(["expected-failure", "unexpected-pass"]);
    expect(result.summary.outcome).toBe("stale-baseline");
  });

  it("waits before a case for whoever wants to watch it, and names its connections", async () => {
    const told: string[] = [];
    const dialling = caseOf({ id: "frm.a", run: async ({ dial }) => void (await dial("target", "a client")) });
    const target = await fake();
    await run(target, [dialling], {
      beforeCase: async (id) => void told.push(`before ${id}`),
      onEvent: (event) => {
        if (event.type === "case-connected") told.push(`${event.connection} ${event.remote.port === target.port}`);
      },
    });
    expect(told).toEqual(["before frm.a", "a client true"]);
  });

  // 50 ms for an answer, and time limits of 0.15 to 3 s.
  const hurried = { timeoutFactor: 0.01, timeScale: 0.01, jobs: 64 };

  it.each<[Oddity, RegExp]>([
    [
      "mute",
      /takes connections and says nothing: no PDU came within 0\.05 s\. Is it the port of a msg_server for clients/,
    ],
    ["closing", /takes connections and closes them without a word\. Is it the port/],
    ["babbling", /does not speak PDUs: what came is "HTTP\/1\.1 400 Bad Request" \(HTTP\)\. Is it the port/],
  ])("blocks every case where no PDU ever comes (%s), and says what came in its place", async (oddity, reason) => {
    const odd = await OddServer.start(oddity);
    started.push(odd);
    const result = await run(odd.address, allCases, hurried);
    expect(result.summary).toMatchObject({ blocked: result.summary.total, outcome: "blocked" });
    expect(new Set(result.cases.map((each) => each.reason)).size).toBe(1);
    expect(result.cases[0]?.reason).toMatch(reason);
  });

  it("says so when a server takes a connection, dies of what it is sent, and is gone", async () => {
    const dying = createServer((socket) => {
      dying.close();
      socket.on("error", () => {});
      socket.once("data", () => socket.destroy());
    });
    await new Promise<void>((resolve) => dying.listen(0, "127.0.0.1", resolve));
    const target = { host: "127.0.0.1", port: (dying.address() as AddressInfo).port };
    const { summary, cases } = await run(target, [caseOf({ id: "frm.a" })], hurried);
    expect(summary.outcome).toBe("blocked");
    expect(cases[0]?.reason).toMatch(
      /closes them without a word, and nobody listens there any more\. .*is that server well\?$/,
    );
  });

  it.each<[string, (socket: Socket, sent: Buffer) => void]>([
    ["echoes whatever it is sent", (socket, sent) => socket.write(sent)],
    ["answers heartbeats, and hangs with a login", (socket, sent) => isHeartbeat(sent) && socket.write(sent)],
    [
      "answers heartbeats, and dies of a login",
      (socket, sent) => (isHeartbeat(sent) ? socket.write(sent) : socket.destroy()),
    ],
    // FRM-01: the length does not count the header.
    ["answers with a wrong length", (socket) => socket.write(Buffer.from("00000000000100000007070100010000", "hex"))],
  ])("fails a server that %s, without a fault of its own", async (_, answer) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("data", (sent) => answer(socket, sent));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    started.push({ stop: () => [server.close(), ...[...sockets].map((socket) => socket.destroy())] });
    const result = await run({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }, allCases, hurried);
    const of = (verdict: Verdict) => result.cases.filter((each) => each.verdict === verdict).map(({ id }) => id);
    expect(of("errored")).toEqual([]);
    expect(result.summary.outcome).toBe("failed");
    expect(of("failed")).toEqual(expect.arrayContaining(["lgn.success"]));
    expect(result.cases.find(({ id }) => id === "msg.ack")?.reason).toMatch(
      /^user1 cannot log in: .* Is it a msg_server\?$/,
    );
    // What takes a login for granted is not judged: it would blame the server for the wrong thing.
    expect(of("blocked").filter((id) => id.startsWith("msg."))).not.toEqual([]);
    expect(of("failed").filter((id) => id.startsWith("msg."))).toEqual([]);
  });
});

function isHeartbeat(sent: Buffer): boolean {
  return sent.toString("hex", 10, 12) === "0701";
}
