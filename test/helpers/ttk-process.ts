import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ttkMain = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const DEADLINE_MS = 15_000;

export interface TtkOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  /** Beside this process's own variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take to end, and to say what is waited for; 15 s unless given. */
  readonly deadlineMs?: number;
}

/** The built `ttk` as a process of its own. */
export class TtkProcess {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | NodeJS.Signals>;
  #wake: () => void = () => {};
  #hasEnded = false;
  readonly #deadlineMs: number;

  constructor(args: readonly string[], options: TtkOptions = {}) {
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#child = spawn(process.execPath, [ttkMain, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    this.#child.stdin?.end(options.stdin ?? "");
    this.#ended = new Promise((resolve) =>
      this.#child.on("close", (code, signal) => {
        this.#hasEnded = true;
        this.#wake();
        resolve(code ?? signal ?? -1);
      }),
    );
  }

  /** The first line of stdout that fits, once it is there. */
  line(fits: (line: string) => boolean): Promise<string> {
    return this.#lineOf(() => this.stdout, fits);
  }

  /** The same of stderr. */
  errorLine(fits: (line: string) => boolean): Promise<string> {
    return this.#lineOf(() => this.stderr, fits);
  }

  async #lineOf(output: () => string, fits: (line: string) => boolean): Promise<string> {
    const deadline = performance.now() + this.#deadlineMs;
    for (;;) {
      const found = output().split("\n").slice(0, -1).find(fits);
      if (found !== undefined) return found;
      const remainingMs = deadline - performance.now();
      if (this.#hasEnded || remainingMs <= 0) {
        throw new Error(`no such line; stdout: ${this.stdout} stderr: ${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, remainingMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Exit code, or the signal that ended it. */
  async end(): Promise<number | NodeJS.Signals> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), this.#deadlineMs);
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  /** For afterEach: whatever happened, nothing stays behind. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

export interface Finished {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ttk` to its end. */
export async function runTtk(args: readonly string[], options: TtkOptions = {}): Promise<Finished> {
  const ttk = new TtkProcess(args, options);
  const code = await ttk.end();
  return { code, stdout: ttk.stdout, stderr: ttk.stderr };
}
