import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const HOST = "127.0.0.1";
/** What a process said last on stderr, for when it ends too early. */
const LINES_KEPT = 8;
const running = new Set<ChildProcess>();

/** A role as the line of `ttk serve --json` describes it: its main port, further ones by name. */
export type ReadyRole = Readonly<Record<string, string>>;

/** A server did not start. */
class NotStartedError extends Error {}

/** The built `ttk` as a process of its own; nothing of it stays behind when this one ends. */
export class Ttk {
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  readonly #ended: Promise<number | NodeJS.Signals>;

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    running.add(child);
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.#said.push(line);
      if (this.#said.length > LINES_KEPT) this.#said.shift();
    });
    this.#ended = once(child, "close").then(([code, signal]) => {
      running.delete(child);
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  /**
   * What `ttk serve --json` says once all listen.
   * @throws NotStartedError with its last words
   */
  async ready(): Promise<readonly ReadyRole[]> {
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    const first = await Promise.race([once(lines, "line"), this.#ended]);
    if (!Array.isArray(first)) throw new NotStartedError(this.lastWords);
    return (JSON.parse(first[0] as string) as { roles: ReadyRole[] }).roles;
  }

  /** Exit code, or the signal that ended it; whoever takes longer is killed. */
  async end(deadlineMs: number): Promise<number | NodeJS.Signals> {
    this.#child.stdout?.resume();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), deadlineMs);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.end(STOP_MAX_MS);
  }

  get lastWords(): string {
    return this.#said.join("; ");
  }
}

/** OBS-03 */
const STOP_MAX_MS = 10_000;

export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** An address where nobody listens, for a server that is to be found at a place known before it starts. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return `${HOST}:${port}`;
}
