/**
 * Looks for conformance cases that pass and fail by chance: `npm run flaky -- --repetitions 200 --minutes 30`.
 * The suite runs shuffled, again and again, against fresh reference clusters, while something else keeps one core busy.
 * Exit code 1 when a case did not pass each time.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ConformanceResult } from "../src/runner/conformance/conformance-result.js";
import { scriptCommand, wholeNumber } from "./script-command.js";

/** Each lock-out takes one of the 20 accounts that may be spoilt, so a cluster serves for so many repetitions. */
const REPETITIONS_OF_A_CLUSTER = 5;
/** For cases that wait for the server's time limits. */
const TIME_SCALE = 0.05;

const ttk = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const children = new Set<ChildProcess>();

function start(args: readonly string[], stdout: "pipe" | "ignore" = "ignore"): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: ["ignore", stdout, "ignore"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Addresses of the two msg_servers of a cluster of its own process. */
async function serve(...options: string[]): Promise<{ servers: string[]; child: ChildProcess }> {
  const child = start([ttk, "serve", "--ports", "auto", "--json", "-q", "--with", "file", ...options], "pipe");
  if (child.stdout === null) throw new Error("no output of ttk serve");
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), once(lines, "close")])) as [string?];
  if (line === undefined) throw new Error("ttk serve ended before it was ready");
  const { roles } = JSON.parse(line) as { roles: { role: string; address: string }[] };
  return { servers: roles.flatMap(({ role, address }) => (role === "msg" ? [address] : [])), child };
}

/** One run of the suite against a cluster that is made for it. */
async function conform(
  folder: string,
  name: string,
  clusterOptions: readonly string[],
  options: readonly string[],
): Promise<ConformanceResult> {
  const { servers, child } = await serve(...clusterOptions);
  const [target = "", peer = ""] = servers;
  const report = join(folder, `${name}.json`);
  const args = [ttk, "conform", target, "--peer", peer, "--report", `json=${report}`, "--strict", ...options];
  await once(start(args), "exit");
  child.kill();
  return JSON.parse(await readFile(report, "utf8")) as ConformanceResult;
}

async function main(): Promise<number> {
  const { repetitions, minutes, seed } = scriptCommand(
    "flaky",
    "Looks for conformance cases that pass and fail by chance. Exit code 1 when a case did not pass each time.",
  )
    .option("--repetitions <n>", "how often each case runs", wholeNumber, 200)
    .option("--minutes <n>", "nothing more begins then", wholeNumber, 30)
    .option("--seed <n>", "of the first order of the cases", wholeNumber, 1)
    .parse()
    .opts<{ repetitions: number; minutes: number; seed: number }>();
  const endMs = performance.now() + minutes * 60_000;
  const folder = await mkdtemp(join(tmpdir(), "ttk-flaky-"));
  start(["-e", "for (;;);"]);
  const bad = new Map<string, string[]>();
  let done = 0;
  try {
    while (done < repetitions && performance.now() < endMs) {
      const shuffle = ["--jobs", "8", "--shuffle", String(seed + done)];
      const repeat = ["--repeat", String(REPETITIONS_OF_A_CLUSTER)];
      const scale = ["--time-scale", String(TIME_SCALE)];
      const results = await Promise.all([
        conform(folder, "fast", [], [...shuffle, ...repeat, "--skip", "slow"]),
        conform(folder, "slow", scale, [...shuffle, ...scale, "--only", "slow"]),
      ]);
      for (const { cases } of results) note(cases, bad);
      done += REPETITIONS_OF_A_CLUSTER;
      process.stderr.write(`${done} repetitions, ${bad.size} cases that did not always pass\n`);
    }
  } finally {
    for (const child of children) child.kill();
    await rm(folder, { recursive: true });
  }
  for (const [id, reasons] of bad) process.stdout.write(`${id}\n${reasons.map((reason) => `  ${reason}\n`).join("")}`);
  process.stdout.write(`${done} repetitions, ${bad.size} cases that did not always pass\n`);
  return bad.size === 0 && done >= repetitions ? 0 : 1;
}

function note(cases: ConformanceResult["cases"], bad: Map<string, string[]>): void {
  for (const { id, verdict, expected, actual, reason, runs } of cases) {
    const isGood = ["passed", "supported", "skipped"].includes(verdict);
    if (isGood) continue;
    const words = `${verdict} (${runs?.passed ?? 0} of ${runs?.total ?? 1} passed): ${reason ?? `${expected} | ${actual}`}`;
    bad.set(id, [...(bad.get(id) ?? []), words]);
  }
}

process.exitCode = await main();
