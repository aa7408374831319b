/**
 * Memory of connected devices: of one process beyond what as many bare sockets take, and whether it stays; then of several
 * processes, because one may have no more than its limit of descriptors. Linux: memory is read from /proc.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { withEchoServers } from "./echo-server.js";
import { childrenOf, type LoadProcess, rssKib, startLoad } from "./load-process.js";
import { verdict, wait } from "./message-load.js";

export interface SizeOptions {
  readonly devices: number;
  readonly processes: number;
  readonly idleMs: number;
}

const DEVICES_PER_USER = 2;
/** The generator's own size, with nobody to speak of. */
const FEW_DEVICES = 4;
const SETTLE_MS = 10_000;
const SAMPLE_MS = 1000;
const KIB_PER_DEVICE_MAX = 6;
/** Of what the devices take, that may be more in the second half of the time than in the first. */
const GROWTH_MAX = 0.05;

export async function measureSize({ devices, processes, idleMs }: SizeOptions): Promise<void> {
  const socketKib = await withEchoServers(1, ([port = 0]) => bareSocketKib(port, devices));
  console.log(`${devices} bare sockets: ${socketKib.toFixed(2)} KiB each`);
  const emptyKib = await withEchoServers(1, async (ports) => (await idleRss(ports, FEW_DEVICES, SETTLE_MS)).atFirstKib);
  const one = await withEchoServers(1, (ports) => idleRss(ports, devices, idleMs));
  show(`${devices} devices in one process`, one, emptyKib, devices, socketKib);
  if (processes < 2) return;
  const all = devices * processes;
  const several = await withEchoServers(processes, (ports) => idleRss(ports, all, SETTLE_MS));
  show(`${all} devices in ${processes} processes`, several, emptyKib * processes, all, socketKib);
}

interface Rss {
  readonly atFirstKib: number;
  /** Most of either half of the time. */
  readonly firstHalfKib: number;
  readonly secondHalfKib: number;
}

function show(name: string, rss: Rss, emptyKib: number, devices: number, socketKib: number): void {
  const each = (Math.max(rss.firstHalfKib, rss.secondHalfKib) - emptyKib) / devices;
  const growth = (rss.secondHalfKib - rss.firstHalfKib) / (rss.firstHalfKib - emptyKib);
  const beyond = each - socketKib;
  console.log(
    `${name}: ${each.toFixed(2)} KiB each, ${beyond.toFixed(2)} beyond a bare socket ` +
      `(at most ${KIB_PER_DEVICE_MAX}: ${verdict(beyond <= KIB_PER_DEVICE_MAX)}); ` +
      `${(growth * 100).toFixed(1)} % more in the second half (at most ${GROWTH_MAX * 100}: ${verdict(growth <= GROWTH_MAX)})`,
  );
}

async function bareSocketKib(port: number, count: number): Promise<number> {
  const args = ["--import", "tsx", "bench/bare-sockets.ts", String(port), String(count)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  const beforeKib = rssKib(child.pid as number);
  child.stdin.write("go\n");
  await once(lines, "line");
  await wait(SETTLE_MS);
  const kib = (rssKib(child.pid as number) - beforeKib) / count;
  child.stdin.end();
  await once(child, "exit");
  return kib;
}

/** Memory of devices that are online and idle, as many processes as there are servers. */
async function idleRss(ports: readonly number[], devices: number, idleMs: number): Promise<Rss> {
  const targets = ["--target", ...ports.map((port) => `127.0.0.1:${port}`)];
  const users = ["--users", String(devices / DEVICES_PER_USER), "--devices", String(DEVICES_PER_USER)];
  const sources = ["--local-address", "127.0.0.2-127.0.0.9"];
  const time = ["--duration", `${Math.ceil((idleMs + SETTLE_MS + SETTLE_MS) / 1000)}s`];
  const workers = ports.length > 1 ? ["--workers", String(ports.length)] : [];
  const run = startLoad(["idle-online", ...targets, ...users, ...sources, ...time, ...workers], "0,1");
  await run.steady;
  await wait(SETTLE_MS);
  const atFirstKib = totalKib(run, ports.length);
  const samples: number[] = [];
  for (const endMs = performance.now() + idleMs; performance.now() < endMs; ) {
    await wait(SAMPLE_MS);
    samples.push(totalKib(run, ports.length));
  }
  const { metrics } = await run.report;
  const kinds = Object.entries(metrics).filter(([name, { count = 0 }]) => name.startsWith("errors") && count > 0);
  if (kinds.length > 0) throw new Error(`devices did not stay: ${JSON.stringify(Object.fromEntries(kinds))}`);
  const half = samples.length >> 1;
  const most = (some: readonly number[]) => Math.max(atFirstKib, ...some);
  return { atFirstKib, firstHalfKib: most(samples.slice(0, half)), secondHalfKib: most(samples.slice(half)) };
}

function totalKib({ process: { pid = 0 } }: LoadProcess, processes: number): number {
  const pids = processes > 1 ? childrenOf(pid) : [pid];
  return pids.reduce((sum, one) => sum + rssKib(one), 0);
}
