/**
 * What connections cost one msg_server on one core, with storage in memory: memory and idle CPU of many logged-in ones, one
 * half of them PCs that are told of presence; then a login storm of phones, which nobody is told of; then the same with
 * every pull of a first login. Against a bare net server (bench/bare-server.ts) with as many sockets in the same run.
 * Linux: memory and CPU are read from /proc.
 *
 * Memory and idle CPU are those of a server that has just started. Each storm goes over its server once before it is measured,
 * because the first logins of a process are mostly V8's compilation of it: what they cost says nothing of the ten thousandth.
 * So of the storms' lines the KiB a connection are what comes on top of what the first one has left.
 *
 * npm run bench:connections [-- --devices 15000 --pulling 2000]
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import { type DevicesRun, runDevices } from "./devices.js";
import { cpuMs, type Server, startBaseline, startMsgServer, stopServer, verdict, wait } from "./message-load.js";

const { devices, pulling } = scriptCommand("bench:connections", "What connections and logins cost one msg_server.")
  .option("--devices <n>", "that stay connected", wholeNumber, 15_000)
  .option("--pulling <n>", "that log in with every pull", wholeNumber, 2000)
  .parse()
  .opts<{ devices: number; pulling: number }>();
const AT_ONCE = 64;
const SETTLE_MS = 3000;
const IDLE_MS = 10_000;
const LEAVE_MAX_MS = 60_000;
const LOOK_INTERVAL_MS = 50;
const targets = { kibPerConnection: 8, idleCpuShare: 0.03, loginsPerSecond: 5000, sequencesPerSecond: 800 };

interface Storm {
  readonly devices: number;
  readonly devicesPerUser: number;
  /** With every pull of a first login, of so many users; 0 = the login alone. */
  readonly usersPulled: number;
  readonly phonesOnly: boolean;
  /** Goes once unmeasured over the same server before. */
  readonly isWarmedUp: boolean;
}

interface Cost {
  readonly loginsPerSecond: number;
  /** In a second of the server's CPU time: what one core can do that has nothing else to do. */
  readonly loginsPerCpuSecond: number;
  readonly kibPerConnection: number;
  readonly idleCpuShare: number;
}

async function costOf(starting: Promise<Server>, storm: Storm): Promise<Cost> {
  const server = await starting;
  try {
    if (storm.isWarmedUp) await comeAndGo(server, storm);
    return await costOfStorm(server, storm);
  } finally {
    await stopServer(server);
  }
}

/** The storm without a look at it, until its devices have left. */
async function comeAndGo(server: Server, storm: Storm): Promise<void> {
  const run = runStorm(server, storm);
  await run.counted;
  run.process.stdin?.end();
  await once(run.process, "exit");
  const deadlineMs = performance.now() + LEAVE_MAX_MS;
  while ((await connections(server)) > 0) {
    if (performance.now() > deadlineMs) throw new Error(`devices are still there after ${LEAVE_MAX_MS} ms`);
    await wait(LOOK_INTERVAL_MS);
  }
}

async function connections({ admin }: Server): Promise<number> {
  const answer = await fetch(`http://${admin}/counters`);
  return ((await answer.json()) as { connections: number }).connections;
}

function runStorm(server: Server, { devices, devicesPerUser, usersPulled, phonesOnly }: Storm): DevicesRun {
  return runDevices("logins", [server.port, devices, devicesPerUser, AT_ONCE, usersPulled, phonesOnly ? 1 : 0]);
}

async function costOfStorm(server: Server, storm: Storm): Promise<Cost> {
  await wait(SETTLE_MS);
  const emptyKib = rssKib(server);
  const run = runStorm(server, storm);
  await run.measuring;
  const [startedMs, cpuBeforeMs] = [performance.now(), cpuMs(server)];
  const logins = await run.counted;
  const loginsPerSecond = (logins * 1000) / (performance.now() - startedMs);
  const loginsPerCpuSecond = (logins * 1000) / (cpuMs(server) - cpuBeforeMs);
  await wait(SETTLE_MS);
  const kibPerConnection = (rssKib(server) - emptyKib) / logins;
  const idleFromMs = cpuMs(server);
  await wait(IDLE_MS);
  const idleCpuShare = (cpuMs(server) - idleFromMs) / IDLE_MS;
  run.process.stdin?.end();
  await once(run.process, "exit");
  return { loginsPerSecond, loginsPerCpuSecond, kibPerConnection, idleCpuShare };
}

function rssKib({ process }: Server): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process.pid}/status`, "utf8"))?.[1]);
}

function show(name: string, { loginsPerSecond, loginsPerCpuSecond, kibPerConnection, idleCpuShare }: Cost): void {
  console.log(
    `${name}: ${Math.round(loginsPerSecond)} logins/s, ${Math.round(loginsPerCpuSecond)} in a second of its CPU time, ` +
      `${kibPerConnection.toFixed(1)} KiB a connection, ${(idleCpuShare * 100).toFixed(1)} % of a core when idle`,
  );
}

const mixed = { devices, devicesPerUser: 2, usersPulled: 0, phonesOnly: false, isWarmedUp: false };
const bare = await costOf(startBaseline("bench/bare-server.ts"), mixed);
show(`${devices} bare sockets`, bare);
const held = await costOf(startMsgServer(Math.ceil(devices / 2)), mixed);
show(`${devices} devices, every second a PC`, held);
console.log(
  `  ${(held.kibPerConnection / bare.kibPerConnection).toFixed(2)} times the memory of a bare socket; ` +
    `at most ${targets.kibPerConnection} KiB: ${verdict(held.kibPerConnection <= targets.kibPerConnection)}; ` +
    `idle below 3 %: ${verdict(held.idleCpuShare < targets.idleCpuShare)}`,
);
const warmPhones = { devicesPerUser: 1, phonesOnly: true, isWarmedUp: true };
const phones = await costOf(startMsgServer(devices), { ...mixed, ...warmPhones });
show(`${devices} phones`, phones);
const { loginsPerSecond, sequencesPerSecond } = targets;
console.log(
  `  at least ${loginsPerSecond} logins a second on one core: ${verdict(phones.loginsPerCpuSecond >= loginsPerSecond)}`,
);
const pulls = { ...warmPhones, devices: pulling, usersPulled: pulling };
const pulled = await costOf(startMsgServer(pulling), pulls);
show(`${pulling} phones with all seven pulls over ${pulling} users`, pulled);
console.log(
  `  at least ${sequencesPerSecond} sequences a second on one core: ` +
    verdict(pulled.loginsPerCpuSecond >= sequencesPerSecond),
);
