import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The servers of the cluster, in the order of their start. */
export const serverNames = ["login", "route1", "route2", "db1", "db2", "file", "push", "msg1", "msg2"] as const;
export type ServerName = (typeof serverNames)[number];

/** What a server said last, for when it does not come back. */
const LINES_KEPT = 8;
/** Of the waits before dialling again: 0.4 s, 0.8 s … in place of 4 s, 8 s …, so that a round takes seconds. */
const TIME_SCALE = "0.1";
/** The limits for silent clients as without that scale. */
const UNSCALED = ["--login-timeout", "150", "--pc-idle-timeout", "1200", "--mobile-idle-timeout", "3000"];

/** The cluster cannot be started here, or does not come back. */
export class BlockedError extends Error {}

/** One `ttk serve` for each server, all on one loopback address with the protocol's default ports. */
export class ServerProcesses {
  readonly #children = new Map<ServerName, ChildProcess>();
  readonly #said = new Map<ServerName, string[]>();

  constructor(
    readonly host: string,
    private readonly storage: readonly string[],
    private readonly folder: string,
  ) {}

  readonly msgServers = [
    { name: "msg1", port: 8000 },
    { name: "msg2", port: 8001 },
  ] as const;

  /** Fills the storage. */
  seed(users: number): void {
    const [, url = "", ...redis] = this.storage;
    const args = [main, "seed", url, ...redis, "--users", String(users), "--append"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new BlockedError(stderr.trim());
  }

  /** Resolves once the server says that it is ready. */
  async start(name: ServerName): Promise<void> {
    const common = ["--host", this.host, "--time-scale", TIME_SCALE, "--json", "--quiet"];
    const child = spawn(process.execPath, [main, "serve", ...this.#options(name), ...common], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.set(name, child);
    const said: string[] = [];
    this.#said.set(name, said);
    const keep = (line: string) => {
      said.push(line);
      if (said.length > LINES_KEPT) said.shift();
    };
    createInterface({ input: child.stderr }).on("line", keep);
    const ended = once(child, "close");
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, "line"), ended.then(() => undefined)]);
    if (first === undefined) throw new BlockedError(`${name} did not start: ${said.join("\n")}`);
    lines.on("line", keep);
  }

  /** As a power switch does it to one process. */
  async kill(name: ServerName): Promise<void> {
    const child = this.#children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  }

  async killAll(): Promise<void> {
    await Promise.all(serverNames.map((name) => this.kill(name)));
  }

  /** What each server said last. */
  get lastWords(): string {
    return [...this.#said].map(([name, lines]) => lines.map((line) => `  ${name}: ${line}\n`).join("")).join("");
  }

  #options(name: ServerName): string[] {
    const { host } = this;
    const listen = (port: number) => ["--listen", `${host}:${port}`];
    switch (name) {
      case "login":
        return ["login"];
      case "route1":
      case "route2":
        return ["route", ...listen(name === "route1" ? 8200 : 8201)];
      case "db1":
      case "db2":
        return ["db", ...listen(name === "db1" ? 10600 : 10601), ...this.storage];
      case "file":
        return ["file", "--data", this.folder];
      case "push":
        return ["push", ...listen(8500)];
      case "msg1":
      case "msg2":
        return ["msg", ...listen(name === "msg1" ? 8000 : 8001), ...this.#msgOptions()];
    }
  }

  #msgOptions(): string[] {
    const at = (...ports: number[]) => ports.map((port) => `${this.host}:${port}`);
    return [
      ...["--login", ...at(8100), "--route", ...at(8200, 8201), "--db-proxy", ...at(10600, 10601)],
      ...["--file-server", ...at(8601), "--push-server", ...at(8500)],
      ...["--messages-per-second", "0", ...UNSCALED],
    ];
  }
}
