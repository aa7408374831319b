/**
 * Memory of connected devices: of one process beyond what as many bare sockets take, and whether it stays; then of several
 * processes, because one may have no more than its limit of descriptors. It is what each of the latter two thirds adds, for
 * sockets and devices alike: the first ones take room that a process has in any case. Linux: memory is read from /proc.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { withEchoServers } from "./echo-server.js";
import { type LoadReport, rssKib, startLoad } from "./load-process.js";
import { verdict, wait } from "./message-load.js";

export interface SizeOptions {
  readonly devices: number;
  readonly processes: number;
  readonly idleMs: number;
}

const DEVICES_PER_USER = 2;
/** Of the devices, those whose memory is not looked at. */
const FIRST_SHARE = 1 / 3;
const SETTLE_MS = 10_000;
const SAMPLE_MS = 1000;
const WAIT_FOR_OTHERS_SECONDS = 20;
const KIB_PER_DEVICE_MAX = 6;
/** Of what the devices take, that may be more in the second half of the time than in the first. */
const GROWTH_MAX = 0.05;

export async function measureSize({ devices, processes, idleMs }: SizeOptions): Promise<void> {
  const first = Math.floor((devices * FIRST_SHARE) / DEVICES_PER_USER) * DEVICES_PER_USER;
  const socketKib = await withEchoServers(1, async ([port = 0]) => {
    const firstKib = await bareRss(port, first);
    return ((await bareRss(port, devices)) - firstKib) / (devices - first);
  });
  console.log(`${devices} bare sockets: ${socketKib.toFixed(2)} KiB each`);
  const { atFirstKib: firstKib } = await withEchoServers(1, (ports) => idleRss(ports, first, SETTLE_MS));
  const one = await withEchoServers(1, (ports) => idleRss(ports, devices, idleMs));
  show(`${devices} devices in one process`, one, firstKib, devices - first, socketKib);
  if (processes < 2) return;
  const several = await withEchoServers(processes, (ports) => idleRss(ports, devices * processes, SETTLE_MS));
  const name = `${devices * processes} devices in ${processes} processes`;
  show(name, several, firstKib * processes, (devices - first) * processes, socketKib);
}

interface Rss {
  readonly atFirstKib: number;
  /** Most of either half of the time. */
  readonly firstHalfKib: number;
  readonly secondHalfKib: number;
}

/** Of `devices` that came after those that made the process take `firstKib`. */
function show(name: string, rss: Rss, firstKib: number, devices: number, socketKib: number): void {
  const each = (Math.max(rss.firstHalfKib, rss.secondHalfKib) - firstKib) / devices;
  const growth = (rss.secondHalfKib - rss.firstHalfKib) / (rss.firstHalfKib - firstKib);
  const beyond = each - socketKib;
  console.log(
    `${name}: ${each.toFixed(2)} KiB each, ${beyond.toFixed(2)} beyond a bare socket ` +
      `(at most ${KIB_PER_DEVICE_MAX}: ${verdict(beyond <= KIB_PER_DEVICE_MAX)}); ` +
      `${(growth * 100).toFixed(1)} % more in the second half (at most ${GROWTH_MAX * 100}: ${verdict(growth <= GROWTH_MAX)})`,
  );
}

/** Memory of a process with so many sockets and nothing else, not even garbage. */
async function bareRss(port: number, count: number): Promise<number> {
  const args = ["--expose-gc", "--import", "tsx", "bench/bare-sockets.ts", String(port), String(count)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(createInterface({ input: child.stdout }), "line");
  const kib = rssKib(child.pid as number);
  child.stdin.end();
  await once(child, "exit");
  return kib;
}

/** Memory of devices that are online and idle, in as many processes as there are servers. */
async function idleRss(ports: readonly number[], devices: number, idleMs: number): Promise<Rss> {
  const users = devices / ports.length / DEVICES_PER_USER;
  const crowd = ["--users", String(users), "--devices", String(DEVICES_PER_USER)];
  const sources = ["--local-address", "127.0.0.2-127.0.0.9"];
  // The last one to be ready may take long where the machine is busy, and nobody may leave before.
  const seconds = Math.ceil((idleMs + SETTLE_MS + SETTLE_MS) / 1000) + (ports.length - 1) * WAIT_FOR_OTHERS_SECONDS;
  const plan = [...crowd, ...sources, "--duration", `${seconds}s`];
  const runs = ports.map((port) => startLoad(["idle-online", "--target", `127.0.0.1:${port}`, ...plan], "0,1"));
  await Promise.all(runs.map(({ steady }) => steady));
  await wait(SETTLE_MS);
  const totalKib = () => runs.reduce((sum, { process: { pid = 0 } }) => sum + rssKib(pid), 0);
  const atFirstKib = totalKib();
  const samples: number[] = [];
  for (const endMs = performance.now() + idleMs; performance.now() < endMs; ) {
    await wait(SAMPLE_MS);
    samples.push(totalKib());
  }
  for (const { report } of runs) requireAllStayed(await report);
  const half = samples.length >> 1;
  const most = (some: readonly number[]) => Math.max(...some);
  return {
    atFirstKib,
    firstHalfKib: most([atFirstKib, ...samples.slice(0, half)]),
    secondHalfKib: most(samples.slice(half)),
  };
}

function requireAllStayed({ metrics }: LoadReport): void {
  const errors = Object.entries(metrics).filter(([name, { count = 0 }]) => name.startsWith("errors") && count > 0);
  if (errors.length > 0) throw new Error(`devices did not stay: ${JSON.stringify(Object.fromEntries(errors))}`);
}
