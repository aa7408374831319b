import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { framePdu } from "../../../src/codec/pdu.js";
import type { Address } from "../../../src/net/address.js";
import type { ConformanceEvent } from "../../../src/runner/conformance/conformance-event.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import { type Deviations, strict, teamtalk } from "../../../src/server/deviations.js";
import { startMsgServer } from "../../../src/server/msg/msg-server.js";
import { judgeRole, teamtalkBaseline, withVerdict } from "../../helpers/judge-role.js";
import { nobodyAt, type Oddity, OddServer } from "../../helpers/odd-server.js";
import { startRoleServer } from "../../helpers/role-server.js";
import { sends, takes, together } from "../../mutants/fault-words.js";
import { FaultyWire, type Line } from "../../mutants/faulty-wire.js";
import type { WireFault } from "../../mutants/wire-fault.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
/** They run one after the other, and some wait for a server's time limits. */
const TIMEOUT_MS = 60_000;
const started: { stop(graceMs: number): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop(0);
});

/** Free ports for the servers that the suite plays. */
async function surroundings() {
  const [db, route, login, file, push] = await Promise.all(Array.from({ length: 5 }, nobodyAt));
  return { db: [db], route: [route], login: [login], file: [file], push: [push] } as Record<string, [Address]>;
}

async function judgeIsolated(deviates: Deviations, options: Parameters<typeof judgeRole>[2] = {}) {
  const server = await startRoleServer("msg-isolated", { deviates });
  started.push(server);
  return judgeRole("msg-isolated", server.target, { ...server.options, ...options });
}

/** It tells a user's phones, too, of a file that another msg_server announces. */
const tellingPhones = (): WireFault =>
  sends(CommandId.CID_FILE_NOTIFY, ({ to_user_id }, line, { bytes }) => {
    for (const phone of line.all.filter(({ isMobile, userId }) => isMobile && userId === to_user_id)) {
      phone.toClient(bytes);
    }
    return undefined;
  });

/** It answers a phone's token before the database has it, and with an empty body (LGN-17). */
const answeringTokensAtOnce = (): WireFault => ({
  received({ commandId, header: { seqNum } }, line) {
    if (commandId !== CommandId.CID_LOGIN_REQ_DEVICETOKEN) return undefined;
    line.toClient(framePdu(CommandId.CID_LOGIN_RES_DEVICETOKEN, Buffer.alloc(0), { seqNum }));
    return undefined;
  },
  sent: ({ commandId }) => (commandId === CommandId.CID_LOGIN_RES_DEVICETOKEN ? [] : undefined),
});

/** Between it and the database: it asks for the token of a message's sender, too, and pushes to the others alone. */
const askingForTheSenderToo = (): WireFault => {
  let senderId = 0;
  return together(
    takes(CommandId.CID_MSG_DATA, ({ from_user_id }) => {
      senderId = from_user_id;
      return undefined;
    }),
    takes(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, (body) => ({ ...body, user_id: [senderId, ...body.user_id] })),
    sends(CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, (body) => ({
      ...body,
      user_token_info: body.user_token_info.filter(({ user_id }) => user_id !== senderId),
    })),
  );
};

describe("the cases of a msg_server in isolation", () => {
  it(
    "find nothing wrong with ours",
    async () => {
      const events: ConformanceEvent[] = [];
      const result = await judgeIsolated(strict, { onEvent: (event) => events.push(event) });
      expect(withVerdict(result, "failed", "blocked", "errored")).toEqual([]);
      expect(result.summary.passed).toBeGreaterThan(80);
      const awaited = events.find(({ type }) => type === "links-awaited");
      expect(awaited).toMatchObject({
        listening: expect.arrayContaining([expect.objectContaining({ name: "route_server" })]),
      });
    },
    TIMEOUT_MS,
  );

  it(
    "find in it what the original is known to fail, when it behaves like the original",
    async () => {
      const result = await judgeIsolated(teamtalk, { baseline: await teamtalkBaseline() });
      expect(withVerdict(result, "failed", "blocked", "errored", "unexpected-pass")).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each([
    { id: "iso.fil.notify-here", at: "target", fault: tellingPhones },
    { id: "iso.dbp.device-token", at: "target", fault: answeringTokensAtOnce },
    { id: "iso.psh.group", at: "db", fault: askingForTheSenderToo },
  ])("pass what the original does where that is no deviation ($id)", async ({ id, at, fault }) => {
    const lines = new Set<Line>();
    const server = await startRoleServer("msg-isolated", {
      async via(address, port) {
        if (port !== at) return address;
        const wire = await FaultyWire.start(address, fault(), lines);
        started.push(wire);
        return wire.address;
      },
    });
    started.push(server);
    const cases = allCases.filter((each) => each.id === id).map((each) => ({ case: each, skippedBy: undefined }));
    const result = await judgeRole("msg-isolated", server.target, { ...server.options, cases });
    expect(result.cases).toMatchObject([{ id, verdict: "passed" }]);
  });

  it("are blocked, with where it should have dialled, when it does not", async () => {
    const odd = await OddServer.start("mute");
    started.push(odd);
    const played = await surroundings();
    const result = await judgeRole("msg-isolated", odd.address, { played, linkWaitMs: 50, timeoutFactor: 0.01 });
    expect(result.summary.blocked).toBe(result.summary.total);
    expect(result.cases[0]?.reason).toContain(
      `no link to the db_proxy_server that the suite plays at 127.0.0.1:${played.db?.[0].port}`,
    );
  });

  it.each<Oddity>(["mute", "closing", "babbling", "echoing"])(
    "never pass against a port that is no msg_server (%s) though somebody has dialled, in bounded time",
    async (oddity) => {
      const played = await surroundings();
      const odd = await OddServer.start(oddity);
      const real = await startMsgServer({
        listen: LOOPBACK,
        database: { dbProxies: played.db ?? [] },
        routeServers: played.route ?? [],
        loginServers: played.login ?? [],
        fileServers: played.file ?? [],
        pushServers: played.push ?? [],
        advertise: { ip1: "127.0.0.1", ip2: "127.0.0.1" },
        clock: { nowMs: () => 1_700_000_000_000 },
        serverLink: { redialDelaysMs: [20] },
      });
      started.push(odd, real);
      const result = await judgeRole("msg-isolated", odd.address, { played, timeoutFactor: 0.002, timeScale: 0.01 });
      expect(withVerdict(result, "errored")).toEqual([]);
      expect(withVerdict(result, "passed").filter((line) => !line.startsWith("iso.heartbeats"))).toEqual([]);
    },
  );
});
