import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What running a program once took. */
export interface MeasuredProcess {
  readonly durationSeconds: number;
  /** Of all its threads; 0 where the system does not tell. On a busy machine this says more than the duration. */
  readonly cpuSeconds: number;
  /** Largest resident set, in MiB; 0 where the system does not tell. */
  readonly peakMiB: number;
  readonly stdout: string;
  readonly stderr: string;
}

const pollMs = 50;

/** Runs a program to its end. Its output is kept only when asked for; else it goes nowhere, and costs it nothing. */
export function measured(command: string, args: readonly string[], keepsOutput: boolean): Promise<MeasuredProcess> {
  const startMs = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", keepsOutput ? "pipe" : "ignore", "pipe"] });
  let [stdout, stderr, peakMiB, cpuSeconds] = ["", "", 0, 0];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const poll = setInterval(() => {
    peakMiB = Math.max(peakMiB, highWaterMiB(child.pid));
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid));
  }, pollMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(poll);
      if (code !== 0) return reject(new Error(`${command} ${args.join(" ")}: exit ${code}: ${stderr}`));
      resolve({ durationSeconds: (performance.now() - startMs) / 1000, cpuSeconds, peakMiB, stdout, stderr });
    });
  });
}

/** Linux keeps the high-water mark itself, so that polling misses nothing but the very end. */
function highWaterMiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const TICKS_PER_SECOND = 100;

function cpuSecondsOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the name in brackets, which may hold blanks: user and system time are the 12th and 13th.
    const [user = "0", system = "0"] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
