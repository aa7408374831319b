/**
 * What the dashboard of `ttk load` costs the generator: CPU time that it takes to show seconds of a run, as they come, on a
 * terminal of 200×60, against the CPU time of the same generator without it, by the second. Target: a ratio below 1.02.
 *
 * npm run bench:dashboard [-- --seconds 20 --users 200 --rate 2000]
 */
import { PassThrough } from "node:stream";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import type { LoadEvent } from "../src/runner/load/load-event.js";

// Before React is loaded, as `ttk` does: its development build takes several times the time.
process.env.NODE_ENV = "production";
const { LoadDashboard, openDashboard } = await import("../src/tui/load/open-dashboard.js");
const { ServedCluster } = await import("../test/helpers/served-cluster.js");
const { run } = await import("../test/helpers/load-plan.js");
const { loadPlan } = await import("../test/helpers/load-plan.js");
const { parseAddress } = await import("../src/net/address.js");

const options = scriptCommand("bench:dashboard", "CPU time of a generator with its dashboard, against one without.")
  .option("--seconds <n>", "of each run", wholeNumber, 10)
  .option("--users <n>", "who talk", wholeNumber, 200)
  .option("--rate <n>", "messages a second", wholeNumber, 2000)
  .option("--rounds <n>", "in turn", wholeNumber, 2)
  .parse()
  .opts<{ seconds: number; users: number; rate: number; rounds: number }>();

interface Measured {
  readonly cpuSeconds: number;
  readonly messages: number;
}

async function measured(address: string, hasDashboard: boolean): Promise<Measured> {
  const users = options.users;
  const to = parseAddress(address);
  if (to === undefined) throw new Error(`${address} is no address`);
  const plan = loadPlan(to, users, {
    durationMs: options.seconds * 1000,
    actsPerSecond: options.rate,
  });
  const dashboard = new LoadDashboard({ scenario: "steady-chat", target: address, users, devices: users * 2 });
  const closing = new AbortController();
  const view = hasDashboard
    ? openDashboard(dashboard, {
        ...terminal(),
        signal: closing.signal,
        atExit: () => () => {},
        watchSuspension: () => ({ suspend: () => {}, end: () => {} }),
        isStyled: true,
      })
    : undefined;
  const before = process.cpuUsage();
  let steady = { user: 0, system: 0 };
  const result = await run(plan, {
    onEvent: (event: LoadEvent) => {
      if (event.type === "phase" && event.phase === "steady") steady = process.cpuUsage(before);
      if (hasDashboard) dashboard.take(event);
    },
  });
  const { user, system } = process.cpuUsage(before);
  closing.abort();
  await view;
  const cpuSeconds = (user + system - steady.user - steady.system) / 1e6;
  return { cpuSeconds, messages: result.delivery.acked };
}

/** A terminal that nobody looks at. */
function terminal() {
  const stdout = Object.assign(new PassThrough(), { columns: 200, rows: 60, isTTY: true });
  stdout.resume();
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => {},
    unref: () => {},
  });
  return { stdin, stdout };
}

const cluster = await ServedCluster.start("--users", "1000", "--time-scale", "1");
try {
  const [address = ""] = cluster.msgServers;
  await measured(address, true);
  const [plain, shown]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < options.rounds; round++) {
    plain.push(await measured(address, false));
    shown.push(await measured(address, true));
  }
  const perMessage = (all: readonly Measured[]) =>
    Math.min(...all.map(({ cpuSeconds, messages }) => (cpuSeconds * 1e6) / messages));
  const [without, with_] = [perMessage(plain), perMessage(shown)];
  const costMs = ((with_ - without) * options.rate) / 1000;
  console.log(
    `${options.rate} messages a second: ${without.toFixed(1)} µs of CPU each, ${with_.toFixed(1)} µs with the dashboard`,
  );
  console.log(`ratio ${(with_ / without).toFixed(3)}; ${costMs.toFixed(1)} ms of a core each second`);
} finally {
  cluster.kill();
}
