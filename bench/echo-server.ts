import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { cProgram } from "./c-program.js";

export interface EchoServer {
  readonly port: number;
  readonly process: ChildProcess;
}

let program: string | undefined;

/** Runs bench/echo-server.c on the second core, where there is taskset. */
export async function startEchoServer(): Promise<EchoServer> {
  program ??= cProgram("echo-server");
  const child = spawn("taskset", ["-c", "1", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { port: Number(line), process: child };
}

export async function withEchoServers<Result>(
  count: number,
  use: (ports: readonly number[]) => Promise<Result>,
): Promise<Result> {
  const servers: EchoServer[] = [];
  try {
    for (let server = 0; server < count; server++) servers.push(await startEchoServer());
    return await use(servers.map(({ port }) => port));
  } finally {
    for (const { process } of servers) process.kill();
  }
}
