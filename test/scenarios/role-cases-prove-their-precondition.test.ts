import { setMaxListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { runCase } from "../../src/runner/conformance/run-case.js";
import { Surroundings } from "../../src/runner/conformance/surroundings.js";
import type { Verdict } from "../../src/runner/conformance/verdict.js";
import { allCases } from "../../src/scenarios/conformance/all-cases.js";
import { type CaseRole, roleFacts } from "../../src/scenarios/conformance/case-role.js";
import type { CaseTiming, ConformanceCase } from "../../src/scenarios/conformance/conformance-case.js";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { judgeRole } from "../helpers/judge-role.js";
import { leaver } from "../helpers/leaver.js";
import { type Oddity, OddServer } from "../helpers/odd-server.js";
import { startRoleServer } from "../helpers/role-server.js";
import { FaultyWire, type Line } from "../mutants/faulty-wire.js";
import type { WireFault } from "../mutants/wire-fault.js";

const ANSWER_MS = 50;
const TIME_LIMIT_MS = 100;
const TIMEOUT_MS = 60_000;
const CASES_AT_ONCE = 32;

const timing: CaseTiming = {
  answerMs: ANSWER_MS,
  loginTimeoutMs: TIME_LIMIT_MS,
  pcIdleTimeoutMs: TIME_LIMIT_MS,
  mobileIdleTimeoutMs: TIME_LIMIT_MS,
  linkTimeoutMs: TIME_LIMIT_MS,
  heartbeatIntervalMs: TIME_LIMIT_MS,
  redialMs: TIME_LIMIT_MS,
  redialLongestMs: TIME_LIMIT_MS,
};

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0).toReversed()) await server.stop();
});

/** The case alone, with users and a group that the server need not know: nothing is looked at beforehand. */
async function verdictOf(
  definition: ConformanceCase,
  server: OddServer,
  surroundings?: Surroundings,
): Promise<Verdict> {
  const { accounts = 0, expendable = 0, groupMembers = 0 } = definition.needs;
  const users = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ name: `user${at}`, password: "secret" }));
  const lease = {
    accounts: users(accounts),
    expendable: users(expendable),
    group: groupMembers === 0 ? undefined : { groupId: 1, name: "group", version: 1, memberIds: [1, 2] },
  };
  const { address } = server;
  const { signal } = new AbortController();
  // Every connection of the case listens to it.
  setMaxListeners(0, signal);
  const { verdict } = await runCase(definition, lease, {
    ports: { target: address, clients: address, http: address },
    timing,
    ...(surroundings === undefined ? {} : { surroundings }),
    leavers: [leaver],
    random: seededRandom(1).next,
    nowMs: () => 1_700_000_000_000,
    keepsAllTraces: false,
    rerun: "",
    signal,
  });
  return verdict;
}

async function passing(role: CaseRole, server: OddServer, surroundings?: Surroundings): Promise<string[]> {
  const waiting = allCases.filter((each) => each.role === role);
  const passed: string[] = [];
  const work = async () => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const verdict = await verdictOf(each, server, surroundings);
      if (["passed", "supported", "errored"].includes(verdict)) passed.push(`${each.id}: ${verdict}`);
    }
  };
  const atOnce = roleFacts[role].isSerial ? 1 : CASES_AT_ONCE;
  await Promise.all(Array.from({ length: atOnce }, work));
  return passed.sort();
}

/** Everything that the server says is lost, and everything that it is told: its connections stand, and nothing happens. */
const deaf: WireFault = { received: () => [], sent: () => [] };

describe("a case of a server by itself", () => {
  const roles = ["route", "login", "db", "file", "msfs"] as const;
  const oddities: readonly Oddity[] = ["mute", "closing", "babbling", "echoing"];
  it.each(roles.flatMap((role) => oddities.map((oddity) => ({ role, oddity }))))(
    "does not pass on a port that is $oddity ($role)",
    async ({ role, oddity }) => {
      const server = await OddServer.start(oddity);
      started.push(server);
      expect(await passing(role, server)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(oddities)(
    "does not pass on a port that is %s (http-msg), though a http_msg_server has dialled everybody around it",
    async (oddity) => {
      const server = await OddServer.start(oddity);
      const real = await startRoleServer("http-msg");
      const surroundings = await Surroundings.start(real.options.played ?? {}, timing);
      started.push(server, real, surroundings);
      await surroundings.untilLinked("http-msg", TIMEOUT_MS, TIMEOUT_MS, new AbortController().signal);
      expect(await passing("http-msg", server, surroundings)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "does not pass on a msg_server that does nothing, though it has all of its links",
    async () => {
      const server = await startRoleServer("msg-isolated", {
        async via(address, port) {
          if (port !== "target") return address;
          const wire = await FaultyWire.start(address, deaf, new Set<Line>());
          started.push(wire);
          return wire.address;
        },
      });
      started.push(server);
      const { cases } = await judgeRole("msg-isolated", server.target, {
        ...server.options,
        timeoutFactor: 0.01,
        linkWaitMs: 5000,
      });
      const passed = cases.filter(({ verdict }) => verdict === "passed" || verdict === "errored");
      // Heartbeats go to the servers that the suite plays, whatever becomes of clients: here they are all that is done.
      expect(passed.map(({ id }) => id).filter((id) => !id.startsWith("iso.heartbeats."))).toEqual([]);
      expect(cases.length).toBeGreaterThan(60);
    },
    TIMEOUT_MS,
  );
});
