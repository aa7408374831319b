import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What running a program once took. */
export interface MeasuredProcess {
  readonly durationSeconds: number;
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
  let [stdout, stderr, peakMiB] = ["", "", 0];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const poll = setInterval(() => {
    peakMiB = Math.max(peakMiB, highWaterMiB(child.pid));
  }, pollMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(poll);
      if (code !== 0) return reject(new Error(`${command} ${args.join(" ")}: exit ${code}: ${stderr}`));
      resolve({ durationSeconds: (performance.now() - startMs) / 1000, peakMiB, stdout, stderr });
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
