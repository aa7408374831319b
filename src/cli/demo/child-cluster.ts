import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Address, parseAddress } from "../../net/address.js";
import { blockedError } from "../command-error.js";
import type { Host } from "../host.js";

export interface ChildCluster {
  readonly msgServers: readonly Address[];
  /** login_server's HTTP port. */
  readonly http: Address;
  /** Ends it as SIGTERM does, and waits for that. */
  stop(): Promise<void>;
}

interface ReadyLine {
  readonly ready: boolean;
  readonly roles: readonly { readonly role: string; readonly address: string; readonly http?: string }[];
}

/**
 * Starts `ttk serve` on free loopback ports as a process of its own, so that servers and load do not share a core.
 * @throws CommandError blocked, with what the servers said
 */
export async function startChildCluster(
  host: Host,
  fixture: string,
  options: readonly string[],
): Promise<ChildCluster> {
  const [node, script] = host.self;
  const args = [script, "serve", "--ports", "auto", "--json", "--quiet", "--fixture", "-", ...options];
  // In a process group of its own: Ctrl-C is for the run, which still needs its servers to end in order.
  const child = spawn(node, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const ended = once(child, "close");
  const release = host.atExit(() => child.kill("SIGTERM"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  // A server that ends before it has read its fixture says why on stderr.
  child.stdin.on("error", () => {});
  child.stdin.end(fixture);
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), ended.then(() => undefined)]);
  if (first === undefined) throw blockedError(`the reference servers did not start: ${said.trim()}`);
  // What follows are log lines; unread they would fill the pipe.
  lines.on("line", () => {});
  const { roles } = JSON.parse(String(first[0])) as ReadyLine;
  return {
    msgServers: roles.filter(({ role }) => role === "msg").map(({ address }) => addressFrom(address)),
    http: addressFrom(roles.find(({ role }) => role === "login")?.http),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      release();
    },
  };
}

function addressFrom(text: string | undefined): Address {
  const address = text === undefined ? undefined : parseAddress(text);
  if (address === undefined) throw new Error(`the ready line names no address: ${text}`);
  return address;
}
