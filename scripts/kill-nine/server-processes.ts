import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The servers of the cluster, in the order of their start. */
export const serverNames = ["login", "route", "db", "msg1", "msg2"] as const;
export type ServerName = (typeof serverNames)[number];

/** The cluster cannot be started here. */
export class BlockedError extends Error {}

/** One `ttk serve` for each server, all on one loopback address with the protocol's default ports. */
export class ServerProcesses {
  readonly #children = new Map<ServerName, ChildProcess>();

  constructor(
    readonly host: string,
    private readonly storage: readonly string[],
  ) {}

  get msgServers(): { host: string; port: number }[] {
    return [8000, 8001].map((port) => ({ host: this.host, port }));
  }

  /** Fills the storage. */
  seed(users: number): void {
    const [, url = "", ...redis] = this.storage;
    const args = [main, "seed", url, ...redis, "--users", String(users), "--append"];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new BlockedError(stderr.trim());
  }

  /** Resolves once the server says that it is ready. */
  async start(name: ServerName): Promise<void> {
    const args = [main, "serve", ...this.#options(name), "--host", this.host, "--json", "--quiet"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#children.set(name, child);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = once(child, "close");
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([once(lines, "line"), ended.then(() => undefined)]);
    if (first === undefined) throw new BlockedError(`${name} did not start: ${said.trim()}`);
    lines.on("line", () => {});
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

  #options(name: ServerName): string[] {
    const { host } = this;
    if (name === "login") return ["login"];
    if (name === "route") return ["route", "--listen", `${host}:8200`];
    if (name === "db") return ["db", "--listen", `${host}:10600`, ...this.storage];
    const listen = `${host}:${name === "msg1" ? 8000 : 8001}`;
    const links = ["--login", `${host}:8100`, "--route", `${host}:8200`, "--db-proxy", `${host}:10600`];
    return ["msg", "--listen", listen, "--messages-per-second", "0", ...links];
  }
}
