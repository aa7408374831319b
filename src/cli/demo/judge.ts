import type { Address } from "../../net/address.js";
import type { ConformanceResult } from "../../runner/conformance/conformance-result.js";
import { runConformance } from "../../runner/conformance/run-conformance.js";
import { selectCases } from "../../runner/conformance/select-cases.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import { expandPattern } from "../accounts.js";
import type { Host } from "../host.js";
import { startChildCluster } from "./child-cluster.js";

/** So that cases about silent connections (CON-03: 300 s) end in 15 s. */
const TIME_SCALE = 0.05;
/** By that scale it would be 0.75 s, which a stranger's case does not always keep to on a busy machine. */
const LOGIN_TIMEOUT_MS = 5000;
const USERS_PER_RUN = 100;
const JOBS = 4;
const PASSWORD = "secret";

/** A run's users: their accounts, and groups of their own, because two runs at once must not meet in one. */
const crowds = ["north", "south"].map((name) => ({ name, accounts: `${name}{1..${USERS_PER_RUN}}` }));

const fixture = `password: ${PASSWORD}
departments: [HQ, { name: North, parent: HQ }, { name: South, parent: HQ }]
users:
${crowds.map(({ accounts }) => `  - { name: "${accounts}", nick: "Nick {n}", department: [North, South], email: "{n}@example.com" }`).join("\n")}
groups:
${crowds.flatMap(({ name }) => [1, 2, 3].map((n) => `  - { name: ${name} ${n}, creator: ${name}${n}, members: "${name}{1..60}" }`)).join("\n")}
`;

/** Starts a cluster of two msg_servers and runs every case against each of them, both at the same time. */
export async function judge(host: Host): Promise<readonly ConformanceResult[]> {
  // The scale applies to what is given, too.
  const loginTimeout = String(LOGIN_TIMEOUT_MS / 1000 / TIME_SCALE);
  const limits = ["--time-scale", String(TIME_SCALE), "--login-timeout", loginTimeout];
  const cluster = await startChildCluster(host, fixture, limits);
  try {
    const cases = selectCases(allCases, { hasSecondServer: true });
    let finished = 0;
    const tick = progressLine(host, cases.length * crowds.length);
    return await Promise.all(
      crowds.map(({ accounts }, index) => {
        const [target, peer] = index === 0 ? cluster.msgServers : [...cluster.msgServers].reverse();
        return runConformance({
          target: target as Address,
          peer: peer as Address,
          cases,
          accounts: expandPattern(accounts, PASSWORD),
          jobs: JOBS,
          timeScale: TIME_SCALE,
          loginTimeoutMs: LOGIN_TIMEOUT_MS,
          timeoutFactor: 1,
          strict: false,
          keepsAllTraces: false,
          nowMs: host.clock.nowMs,
          random: host.random,
          signal: host.signal,
          rerun: (id) =>
            `ttk serve --time-scale ${TIME_SCALE} & ttk conform 127.0.0.1:8000 --peer 127.0.0.1:8001 --time-scale ${TIME_SCALE} --only ${id}`,
          onEvent: (event) => {
            if (event.type === "case-finished") tick(++finished);
          },
        });
      }),
    );
  } finally {
    await cluster.stop();
  }
}

function progressLine(host: Host, total: number): (finished: number) => void {
  if (host.verbosity === "quiet") return () => {};
  const { stderr } = host;
  if (!stderr.isStyled)
    return (finished) => (finished === total ? stderr.write(`judged: ${total} cases\n`) : undefined);
  return (finished) => stderr.write(`\r\u001b[K${finished === total ? "" : `  ${finished} of ${total} cases`}`);
}
