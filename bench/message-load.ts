/** What the benches have in common: servers on the second core, devices on the first, and what a server's process costs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { runDevices } from "./devices.js";

export interface MessageLoad {
  /** Even: they talk in pairs. */
  readonly connections: number;
  readonly measuredMs: number;
}

const WARM_UP_MS = 2000;
const TICK_MS = 10;
/** Whom each connection writes to: one other. */
const PAIRS = 1;
export const MESSAGE_SIZE_BYTES = 64;

export interface Server {
  readonly port: number;
  /** Of a msg_server: where it answers what it counts. */
  readonly admin?: string;
  readonly process: ChildProcess;
  /** The db_proxy_server that it asks, whose CPU time counts as its own. */
  readonly database?: ChildProcess;
  /** What it needs beside itself. */
  readonly others?: ChildProcess;
}

/** Pinned to a core; where there is no taskset the system decides. */
async function startOn(core: number, args: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn("taskset", ["-c", String(core), process.execPath, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), once(lines, "close")])) as [string?];
  if (line === undefined) throw new Error(`${args.join(" ")}: ended before it was ready`);
  child.stdout.resume();
  return { child, line };
}

/** A server without the protocol, that prints its port. */
export async function startBaseline(script: string): Promise<Server> {
  const { child, line } = await startOn(1, ["--import", "tsx", script]);
  return { port: Number(line), process: child };
}

/**
 * One msg_server alone in its process, with its storage; login_server and route_server are on the other core.
 * @param storage options of `ttk serve` that say where messages are kept
 * @param hasProxy whether a db_proxy_server keeps them, in a process of its own on the other core
 */
export async function startMsgServer(
  users: number,
  storage: readonly string[] = [],
  hasProxy = false,
): Promise<Server> {
  const serve = ["dist/cli/main.js", "serve", "--ports", "auto", "--json", "-q"];
  const others = await startOn(0, [...serve, "login", "route"]);
  const kept = ["--users", String(users), ...storage];
  const proxy = hasProxy ? await startOn(0, [...serve, "db", ...kept]) : undefined;
  const at = (line: string, role: string, port: "address" | "admin" | "servers") =>
    (JSON.parse(line) as { roles: Record<string, string>[] }).roles.find((one) => one.role === role)?.[port] ?? "";
  const links = ["--login", at(others.line, "login", "servers"), "--route", at(others.line, "route", "address")];
  const limits = ["--messages-per-second", "0", "--max-connection-rate", "1000000"];
  const data = proxy === undefined ? kept : ["--db-proxy", at(proxy.line, "db", "address")];
  const { child, line } = await startOn(1, [...serve, "msg", ...links, ...limits, ...data]);
  const port = Number(at(line, "msg", "address").split(":").at(-1));
  const admin = at(line, "msg", "admin");
  return {
    port,
    admin,
    process: child,
    others: others.child,
    ...(proxy === undefined ? {} : { database: proxy.child }),
  };
}

export async function stopServer({ process, database, others }: Server): Promise<void> {
  for (const child of [process, database, others]) {
    if (child === undefined) continue;
    child.kill();
    if (child.exitCode === null) await once(child, "exit");
  }
}

export interface Rate {
  readonly perSecond: number;
  /** Of the server's process, each. On a busy machine this says more than the rate. */
  readonly cpuMicros: number;
}

/** Messages by connections that each keep `inFlight` on their way: sent, acked, delivered and confirmed by the receiver. */
export async function rateOf(
  starting: Promise<Server>,
  { connections, measuredMs }: MessageLoad,
  inFlight: number,
  logsIn: boolean,
): Promise<Rate> {
  const server = await starting;
  try {
    const numbers = [server.port, connections, inFlight, PAIRS, logsIn ? 1 : 0, WARM_UP_MS, measuredMs];
    const devices = runDevices("messages", numbers);
    await devices.measuring;
    const [startedMs, cpuBeforeMs] = [performance.now(), cpuMs(server)];
    const messages = await devices.counted;
    const cpu = cpuMs(server) - cpuBeforeMs;
    return { perSecond: (messages * 1000) / (performance.now() - startedMs), cpuMicros: (cpu * 1000) / messages };
  } finally {
    await stopServer(server);
  }
}

/** User and system time of all its threads. */
export function cpuMs({ process, database }: Pick<Server, "process" | "database">): number {
  const fields = readFileSync(`/proc/${process.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ownMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  return database === undefined ? ownMs : ownMs + cpuMs({ process: database });
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** Of two measured in turn, round by round: `one` against `other`, by rate and for the same CPU time of the server. */
export function ratiosOf(one: readonly Rate[], other: readonly Rate[]): { byRate: number; byCpu: number } {
  const each = (ratio: (a: Rate, b: Rate) => number) => median(one.map((rate, n) => ratio(rate, other[n] as Rate)));
  return {
    byRate: each((a, b) => a.perSecond / b.perSecond),
    byCpu: each((a, b) => b.cpuMicros / a.cpuMicros),
  };
}

export function verdict(isMet: boolean): string {
  return isMet ? "met" : "MISSED";
}
