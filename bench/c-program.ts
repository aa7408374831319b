import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "ttk-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** Builds bench/NAME.c with the C compiler that is there; gone when this process ends. @returns the program's path */
export function cProgram(name: string): string {
  const program = join(folder, name);
  const { status, error } = spawnSync("cc", ["-O2", "-o", program, `bench/${name}.c`], { stdio: ["ignore", 2, 2] });
  if (status === 0) return program;
  throw new Error(`bench/${name}.c needs a C compiler as "cc": ${error?.message ?? `exit ${status}`}`);
}
