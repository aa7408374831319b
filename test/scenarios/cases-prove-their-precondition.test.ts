import { setMaxListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { Address } from "../../src/net/address.js";
import { runCase } from "../../src/runner/conformance/run-case.js";
import type { Verdict } from "../../src/runner/conformance/verdict.js";
import { allCases as casesOfAllRoles } from "../../src/scenarios/conformance/all-cases.js";
import type { ConformanceCase } from "../../src/scenarios/conformance/conformance-case.js";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { leaver } from "../helpers/leaver.js";
import { type Oddity, OddServer } from "../helpers/odd-server.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { WelcomingServer } from "../helpers/welcoming-server.js";
import { FaultyWire, type Line } from "../mutants/faulty-wire.js";

const neverAborted = new AbortController().signal;
// Some cases dial many connections at once.
setMaxListeners(0, neverAborted);

import type { WireFault } from "../mutants/wire-fault.js";

/** Those for a msg_server as clients see it. */
const allCases = casesOfAllRoles.filter(({ role }) => role === "msg");
const TIMEOUT_MS = 30_000;
const ANSWER_MS = 150;
const AMPLE_MS = 5000;
const CASES_AT_ONCE = 64;
const TIME_LIMIT_MS = 200;
const LATE_MS = 2 * ANSWER_MS;

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0).toReversed()) await server.stop();
});

function keep<Server extends { stop(): unknown }>(server: Server): Server {
  started.push(server);
  return server;
}

/** The case alone, with users and a group that the server need not know: nothing is looked at beforehand. */
async function verdictOf(definition: ConformanceCase, target: Address, answerMs = ANSWER_MS): Promise<Verdict> {
  const { accounts = 0, expendable = 0, groupMembers = 0 } = definition.needs;
  const users = (count: number, from: number) =>
    Array.from({ length: count }, (_, at) => ({ name: `user${from + at}`, password: "secret" }));
  const memberIds = users(groupMembers, 1).map((_, at) => at + 1);
  const lease = {
    accounts: users(accounts, 1),
    expendable: users(expendable, 101),
    group: groupMembers === 0 ? undefined : { groupId: 1, name: "group", version: 1, memberIds },
  };
  const result = await runCase(definition, lease, {
    ports: { target, peer: target },
    timing: {
      answerMs,
      loginTimeoutMs: TIME_LIMIT_MS,
      // So long that the cases which must see a close before it have all the time that they are given.
      pcIdleTimeoutMs: 2 * answerMs,
      mobileIdleTimeoutMs: TIME_LIMIT_MS,
      linkTimeoutMs: TIME_LIMIT_MS,
      heartbeatIntervalMs: TIME_LIMIT_MS,
      redialMs: TIME_LIMIT_MS,
      redialLongestMs: TIME_LIMIT_MS,
    },
    leavers: [leaver],
    random: seededRandom(1).next,
    nowMs: () => 1_700_000_000_000,
    keepsAllTraces: false,
    rerun: "",
    signal: neverAborted,
  });
  return result.verdict;
}

/** Several at a time, so that none fails for want of the processor. */
async function idsByVerdict(target: Address): Promise<Partial<Record<Verdict, readonly string[]>>> {
  const byVerdict: Partial<Record<Verdict, string[]>> = {};
  const waiting = [...allCases];
  const work = async () => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const verdict = await verdictOf(each, target);
      byVerdict[verdict] = [...(byVerdict[verdict] ?? []), each.id];
    }
  };
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work));
  return byVerdict;
}

/** A heartbeat is answered by the same bytes, so a port that echoes keeps what is asked of heartbeats. */
const aboutHeartbeats = [
  "con.heartbeat-before-login",
  "frm.pdu-and-a-half",
  "frm.several-in-one-segment",
  "frm.split-in-header",
];

/** Keeps what is asked of framing, heartbeats and the first login, and ignores everything else, unknown commands included. */
const aboutFramingAndLogin = [
  ...aboutHeartbeats,
  "con.half-closed",
  "con.heartbeat-after-login",
  "frm.http-request",
  "frm.length-2-gib",
  "frm.length-4-gib",
  "frm.length-below-header.1",
  "frm.length-below-header.15",
  "frm.length-below-header.4",
  "frm.length-zero",
  "frm.unknown-command",
  "frm.unknown-command-before-login",
  "lgn.success",
];

interface Server {
  readonly is: string;
  readonly start: () => Promise<Address>;
  /** Cases that pass, because what they are about is the one thing that this server does. */
  readonly may?: readonly string[];
}

const servers: readonly Server[] = [
  ...(["mute", "closing", "babbling"] as const).map((is) => ({ is, start: () => odd(is) })),
  { is: "echoing", start: () => odd("echoing"), may: aboutHeartbeats },
  { is: "letting everybody in and then silent", start: () => welcoming(false), may: ["lgn.success"] },
  {
    is: "letting everybody in and then only echoing heartbeats",
    start: () => welcoming(true),
    may: aboutFramingAndLogin,
  },
  { is: "right and far too slow", start: slow },
];

async function odd(oddity: Oddity): Promise<Address> {
  return keep(await OddServer.start(oddity)).address;
}

async function welcoming(echoesHeartbeats: boolean): Promise<Address> {
  return keep(await WelcomingServer.start({ echoesHeartbeats })).address;
}

/** A reference server, everything of which comes long after the answer is due. */
async function slow(): Promise<Address> {
  const cluster = keep(await ReferenceCluster.start());
  const fault: WireFault = {
    sent(pdu, line) {
      line.later(LATE_MS, () => line.toClient(pdu.bytes));
      return [];
    },
    staysOpen: () => true,
  };
  return keep(await FaultyWire.start(cluster.msg(0), fault, new Set<Line>())).address;
}

describe("a conformance case", () => {
  it.each(servers)(
    "does not pass on a port that is $is",
    async ({ start, may = [] }) => {
      const byVerdict = await idsByVerdict(await start());
      const { passed = [], supported = [], errored = [] } = byVerdict;
      expect({ passed: [...passed, ...supported].filter((id) => !may.includes(id)), errored }).toEqual({
        passed: [],
        errored: [],
      });
    },
    TIMEOUT_MS,
  );

  it.each(servers.filter(({ may }) => may !== undefined))(
    "passes on a port that is $is only where it says so",
    async ({ start, may = [] }) => {
      const target = await start();
      const needless: string[] = [];
      for (const each of allCases) {
        if (may.includes(each.id) && (await verdictOf(each, target, AMPLE_MS)) !== "passed") needless.push(each.id);
      }
      expect(needless).toEqual([]);
    },
  );
});
