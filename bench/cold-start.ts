import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** A Node.js that does nothing, from start to end. */
export function bareMs(): number {
  return durationMs(["-e", "0"]);
}

/** `ttk` with these arguments, from start to end. */
export function ttkMs(args: readonly string[]): number {
  return durationMs([main, ...args]);
}

function durationMs(args: readonly string[]): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")}: exit ${status}: ${stderr}`);
  return performance.now() - startMs;
}

/** `ttk` from its start until the first bytes come to the port that its arguments are made of. */
export async function firstBytesMs(argsFor: (address: string) => readonly string[]): Promise<number> {
  const server = createServer();
  const firstBytes = new Promise<number>((resolve) => {
    server.on("connection", (socket) => socket.on("error", () => {}).once("data", () => resolve(performance.now())));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  const startMs = performance.now();
  const child = spawn(process.execPath, [main, ...argsFor(`127.0.0.1:${port}`)], { stdio: "ignore" });
  const ended = new Promise<never>((_, reject) => child.once("exit", () => reject(new Error("it sent nothing"))));
  try {
    return (await Promise.race([firstBytes, ended])) - startMs;
  } finally {
    ended.catch(() => {});
    child.kill("SIGKILL");
    server.close();
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
