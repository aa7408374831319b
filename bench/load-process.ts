import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** `ttk load` in a process of its own. */
export interface LoadProcess {
  readonly process: ChildProcess;
  /** Everybody is online, and acts begin. @throws Error when it ended before */
  readonly steady: Promise<void>;
  /** The report on stdout, once it has ended. @throws Error unless it ended well */
  readonly report: Promise<LoadReport>;
}

/** What the benches read of the JSON report. */
export interface LoadReport {
  readonly summary: { readonly valid: boolean };
  readonly metrics: Readonly<Record<string, { readonly count?: number; readonly rate?: number }>>;
  readonly delivery: Readonly<Record<string, number>>;
}

const CLI = "dist/cli/main.js";

/** @param cores as taskset's list */
export function startLoad(args: readonly string[], cores: string): LoadProcess {
  const command = [process.execPath, CLI, "load", ...args, "--json"];
  const child = spawn("taskset", ["-c", cores, ...command], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const steady = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      said += `${line}\n`;
      if (/steady/.test(line)) resolve();
    });
    child.once("exit", () => reject(new Error(said)));
  });
  // Whoever waits for the report alone hears of it there.
  steady.catch(() => {});
  return { process: child, steady, report: reportOf(child, () => said) };
}

async function reportOf(child: ChildProcess, said: () => string): Promise<LoadReport> {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`ttk load: exit ${code}: ${said()}`);
  return JSON.parse(text) as LoadReport;
}

export function rssKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
