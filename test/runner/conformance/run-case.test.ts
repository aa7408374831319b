import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ExpectationError } from "../../../src/client/expectation-error.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import type { Address } from "../../../src/net/address.js";
import { type CaseRunOptions, caseNotRun, runCase } from "../../../src/runner/conformance/run-case.js";
import type { CaseTiming, ConformanceCase } from "../../../src/scenarios/conformance/conformance-case.js";
import { defineCase } from "../../../src/scenarios/conformance/define-case.js";
import { caseOf, failing } from "../../helpers/conformance-case.js";
import { FakeMsgServer } from "../../helpers/fake-msg-server.js";
import { nobodyAt, OddServer } from "../../helpers/odd-server.js";

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function fake(): Promise<Address> {
  const server = await FakeMsgServer.start({ users: 3 });
  started.push(server);
  return server.address;
}

const timing: CaseTiming = {
  answerMs: 50,
  loginTimeoutMs: 50,
  pcIdleTimeoutMs: 50,
  mobileIdleTimeoutMs: 50,
  linkTimeoutMs: 50,
  heartbeatIntervalMs: 50,
  redialMs: 50,
  redialLongestMs: 50,
};
const user1 = { name: "user1", password: "secret" };

function run(definition: ConformanceCase, target: Address, options: Partial<CaseRunOptions> = {}) {
  return runCase(
    definition,
    { accounts: [user1, { name: "user2", password: "wrong" }], expendable: [], group: undefined },
    {
      ports: { target },
      timing: { ...timing, answerMs: 5000 },
      random: () => 0.5,
      nowMs: () => 0,
      keepsAllTraces: false,
      rerun: "ttk conform … --only x",
      signal: new AbortController().signal,
      ...options,
    },
  );
}

/** Ends well when the server answers a heartbeat. */
const heartbeat = caseOf({
  id: "con.heartbeat",
  async run({ dial }) {
    const peer = await dial("target", "a client");
    const seqNum = peer.send(CommandId.CID_OTHER_HEARTBEAT, {});
    await peer.expect(CommandId.CID_OTHER_HEARTBEAT, (_, pdu) => pdu.seqNum === seqNum);
  },
});

describe("runCase", () => {
  it("passes what resolves, without a trace unless all are kept", async () => {
    const target = await fake();
    expect(await run(heartbeat, target)).toMatchObject({
      id: "con.heartbeat",
      verdict: "passed",
      expected: null,
      actual: null,
      reason: null,
      trace: [],
      rerun: "ttk conform … --only x",
    });
    const { trace } = await run(heartbeat, target, { keepsAllTraces: true });
    expect(trace.map(({ event, command }) => [event, command])).toEqual([
      ["opened", null],
      ["sent", "CID_OTHER_HEARTBEAT"],
      ["received", "CID_OTHER_HEARTBEAT"],
      ["closed", null],
    ]);
  });

  it("fails an unmet expectation, with both halves of it and the wire log", async () => {
    const mute = await OddServer.start("mute");
    started.push(mute);
    const result = await run(heartbeat, mute.address, { timing });
    expect(result).toMatchObject({ verdict: "failed", expected: expect.stringContaining("0x0701"), reason: null });
    expect(result.actual).not.toBeNull();
    expect(result.trace.map(({ event }) => event)).toEqual(["opened", "sent", "closed"]);
  });

  it("calls a MAY supported or unsupported", async () => {
    const target = await fake();
    expect((await run({ ...heartbeat, level: "may" }, target)).verdict).toBe("supported");
    expect((await run(caseOf({ id: "pre.avatar", level: "may", run: failing }), target)).verdict).toBe("unsupported");
  });

  it("blocks a case that takes a login for granted which is refused", async () => {
    const definition = defineCase({
      ...caseOf({ id: "msg.ack" }),
      run: async (context) => void (await context.login(context.account(1))),
    });
    const result = await run(definition, await fake());
    expect(result).toMatchObject({ verdict: "blocked", expected: null, actual: null });
    expect(result.reason).toBe('user2 cannot log in: result_code 6 "wrong user name or password"');
  });

  it("logs in with the account that the case was given", async () => {
    const definition = defineCase({
      ...caseOf({ id: "lgn.ok" }),
      async run(context) {
        const { userId } = await context.login(context.account(0));
        if (userId !== 1) throw new ExpectationError("user 1", `user ${userId}`);
      },
    });
    expect((await run(definition, await fake())).verdict).toBe("passed");
  });

  it.each([
    [
      "that throws something else",
      () => Promise.reject(new TypeError("peer is not a function")),
      "peer is not a function",
    ],
    ["that throws no error at all", () => Promise.reject("why not"), "why not"],
  ])("puts down a case %s as the suite's own fault", async (_, body, reason) => {
    const result = await run(caseOf({ id: "frm.broken", run: body }), await fake());
    expect(result).toMatchObject({ verdict: "errored", reason: expect.stringContaining(reason) });
  });

  it("puts down a case that asks for what it did not say it needs", async () => {
    const target = await fake();
    const dialsPeer = caseOf({ id: "msg.two", run: async ({ dial }) => void (await dial("peer", "b")) });
    expect(await run(dialsPeer, target)).toMatchObject({ verdict: "errored" });
    const thirdUser = defineCase({ ...caseOf({ id: "msg.three" }), run: async (context) => void context.account(2) });
    expect(await run(thirdUser, target)).toMatchObject({
      verdict: "errored",
      reason: expect.stringContaining("asked for 2 accounts and wants number 3"),
    });
  });

  it("puts down a case that does not end", async () => {
    const endless = caseOf({ id: "frm.endless", run: () => new Promise(() => {}) });
    const result = await run(endless, await fake(), { timing: { ...timing, answerMs: 1, mobileIdleTimeoutMs: 1 } });
    expect(result).toMatchObject({ verdict: "errored", reason: expect.stringContaining("did not end within 62 ms") });
  });

  it("fails a server that does not accept the connection any more", async () => {
    const result = await run(heartbeat, await nobodyAt());
    expect(result).toMatchObject({ verdict: "failed", expected: "the server accepts the connection" });
    expect(result.actual).toContain("ECONNREFUSED");
  });

  it("fails a server whose PDU breaks the schema, whatever the case is about", async () => {
    const echo = await OddServer.start("echoing");
    started.push(echo);
    const definition = caseOf({
      id: "con.heartbeat",
      async run({ dial }) {
        const peer = await dial("target", "a client");
        // A message (0x0301) without any of its required fields comes back as it went out, then a heartbeat.
        peer.sendHex("00000010 0001 0000 0003 0301 0001 0000");
        await peer.expectHeartbeat();
      },
    });
    const result = await run(definition, echo.address);
    expect(result).toMatchObject({ verdict: "failed", expected: "every PDU on a client keeps the schema" });
    expect(result.actual).toMatch(/^0x0301 CID_MSG_DATA: /);
  });

  it("survives a server that floods it", async () => {
    const flood = createServer((socket) => {
      socket.on("error", () => {});
      const heartbeats = Buffer.alloc(16 * 60_000, Buffer.from("00000010000100000007070100000000", "hex"));
      socket.write(heartbeats);
      socket.write(heartbeats);
    });
    await new Promise<void>((resolve) => flood.listen(0, "127.0.0.1", resolve));
    const address = { host: "127.0.0.1", port: (flood.address() as AddressInfo).port };
    const definition = caseOf({
      id: "con.time",
      async run({ dial }) {
        const peer = await dial("target", "a client");
        await peer.expect(CommandId.CID_LOGIN_RES_USERLOGIN);
      },
    });
    const result = await run(definition, address);
    flood.close();
    expect(result).toMatchObject({ verdict: "failed", actual: expect.stringContaining("inbox-full") });
  });

  it("skips a case that an interruption ends, and does not wait for it", async () => {
    const abort = new AbortController();
    const waiting = caseOf({
      id: "con.login-timeout",
      async run({ pause }) {
        abort.abort();
        await pause(3_600_000);
      },
    });
    const result = await run(waiting, await fake(), { signal: abort.signal });
    expect(result).toMatchObject({ verdict: "skipped", reason: "interrupted" });
  });

  it("closes what a case has left open", async () => {
    const server = await FakeMsgServer.start({ users: 3 });
    started.push(server);
    const definition = defineCase({
      ...caseOf({ id: "lgn.ok" }),
      run: async (context) => void (await context.login(context.account(0))),
    });
    await run(definition, server.address);
    await expect.poll(() => server.logins).toBe(0);
  });
});

describe("caseNotRun", () => {
  it("has a reason, no duration and no trace", () => {
    expect(caseNotRun(heartbeat, "ttk conform … --only x", "skipped", "--skip con.*")).toEqual({
      id: "con.heartbeat",
      requirements: ["FRM-01"],
      level: "must",
      title: "does what con.heartbeat is about",
      verdict: "skipped",
      durationMs: 0,
      expected: null,
      actual: null,
      reason: "--skip con.*",
      trace: [],
      capture: null,
      runs: null,
      rerun: "ttk conform … --only x",
    });
  });
});
