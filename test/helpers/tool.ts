import { execFileSync, spawnSync } from "node:child_process";

/** Whether a program is installed here. In CI all are, and a test that is skipped for want of one fails the run. */
export function hasTool(name: string): boolean {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

const OUTPUT_MAX_BYTES = 256 << 20;

/** What a program prints; throws when it fails. */
export function runTool(name: string, args: readonly string[], stdin?: Buffer): string {
  return execFileSync(name, args, {
    encoding: "utf8",
    maxBuffer: OUTPUT_MAX_BYTES,
    stdio: ["pipe", "pipe", "ignore"],
    ...(stdin === undefined ? {} : { input: stdin }),
  });
}
