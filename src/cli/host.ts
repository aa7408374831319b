import { Console } from "node:console";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { escapeControls } from "../codec/record/printable.js";
import { ExitCode } from "./exit-codes.js";

/** A stream that text goes to. */
export interface Output {
  write(text: string | Buffer): void;
  /** Resolves once the reader has caught up; awaited in loops that write much. */
  drained(): Promise<void>;
  /** Escape codes are welcome: a terminal that knows them, and neither NO_COLOR nor CI is set. */
  readonly isStyled: boolean;
  readonly columns: number;
}

/** How a view goes along with Ctrl-Z. */
interface Suspension {
  /** Stops this process and what runs with it on the terminal, as Ctrl-Z does: views get that as a key. */
  suspend(): void;
  /** Nothing is done about it any more. */
  end(): void;
}

/**
 * The process, as commands see it: the only door to standard streams, signals, environment, wall clock and randomness.
 * Results go to stdout, everything else to stderr.
 */
export interface Host {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** The terminal behind stdout, for views that fill it. */
  readonly screen: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How to start this program again: executable and script. */
  readonly self: readonly [string, string];
  /** What stood behind them on the command line. */
  readonly args: readonly string[];
  /** Version of Node.js. */
  readonly nodeVersion: string;
  /** Aborted by the first Ctrl-C or SIGTERM: finish and report. A second one ends the process at once. */
  readonly signal: AbortSignal;
  /** What Ctrl-C does, for views that get it as a key. */
  interrupt(): void;
  /** Which signal that was. */
  readonly stoppedBy: NodeJS.Signals | undefined;
  readonly clock: { nowMs(): number };
  readonly random: () => number;
  /** Has this done whenever the process ends, a second Ctrl-C included; it cannot wait for anything. Returns how to take it back. */
  atExit(action: () => void): () => void;
  /** Has the terminal put back while the process is stopped (Ctrl-Z), and taken again when it goes on. */
  watchSuspension(leave: () => void, comeBack: () => void): Suspension;
  /**
   * Somebody else's code runs from now on: rejections that nobody waits for are no longer taken for faults of ours, nor what a
   * callback of theirs throws.
   */
  takeStrays(take: (reason: unknown) => void, isTheirs: (error: unknown) => boolean): void;
  /**
   * Has what goes to stderr taken while a view has the terminal, what a file prints too; where stderr is no terminal, it is
   * left alone. Returns how to end that.
   */
  takeErrors(take: (text: string) => void): () => void;
  verbosity: "quiet" | "normal" | "verbose";
  /** An error comes with its stack trace: `--debug`. */
  showsStack: boolean;
  /** The exit code is what is asked for: whoever stops reading stdout does not end the command. Else it ends, and all is well. */
  outlivesReader: boolean;
  /** What somebody else's code leaves behind, as a timer, does not keep the process from ending. */
  leavesAtOnce: boolean;
  exitCode: ExitCode;
}

export function processHost(): Host {
  const abort = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  let strays: { readonly take: (reason: unknown) => void; readonly isTheirs: (error: unknown) => boolean } | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (abort.signal.aborted) process.exit(ExitCode.interrupted);
    stoppedBy = signal;
    abort.abort();
  };
  // What a scenario or a configuration prints, as in k6: stdout has nothing but results.
  globalThis.console = new Console(process.stderr);
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const host: Host = {
    // A getter: opening stdin costs start-up time, and most commands never read it.
    get stdin() {
      return process.stdin;
    },
    stdout: outputTo(process.stdout),
    screen: process.stdout,
    stderr: outputTo(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    self: [process.execPath, process.argv[1] ?? ""],
    args: process.argv.slice(2),
    nodeVersion: process.versions.node,
    signal: abort.signal,
    interrupt: () => stop("SIGINT"),
    get stoppedBy() {
      return stoppedBy;
    },
    clock: tickClock(Date.now),
    random: () => Math.random(),
    atExit(action) {
      process.once("exit", action);
      atHangUp.add(action);
      // Only with a terminal: `nohup` wants the signal to be ignored.
      if (process.stdout.isTTY && process.listenerCount("SIGHUP", hangUp) === 0) process.on("SIGHUP", hangUp);
      return () => {
        process.off("exit", action);
        atHangUp.delete(action);
        if (atHangUp.size === 0) process.off("SIGHUP", hangUp);
      };
    },
    watchSuspension,
    takeStrays: (take, isTheirs) => {
      process.on("unhandledRejection", take);
      strays = { take, isTheirs };
    },
    takeErrors: (take) => (process.stderr.isTTY ? taken(process.stderr, take) : () => {}),
    verbosity: "normal",
    showsStack: process.argv.includes("--debug"),
    outlivesReader: false,
    leavesAtOnce: false,
    exitCode: ExitCode.ok,
  };
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EIO") return hangUp();
    if (error.code !== "EPIPE") fail(`ttk: what it prints cannot be written: ${error.message}`);
    // `ttk decode … | head`: the reader has what it wanted.
    if (!host.outlivesReader) process.exit(ExitCode.ok);
  });
  // Nobody is left to be told.
  process.stderr.on("error", () => {});
  // Our own bug, wherever it shows; a rejection that nobody waits for comes here, too.
  process.on("uncaughtException", (error) => {
    if (strays?.isTheirs(error)) strays.take(error);
    else fail(faultText(error, host.showsStack));
  });
  return host;
}

/** Has `leave` called before the process is stopped by SIGTSTP, and `comeBack` once it goes on, also after a SIGSTOP. */
function watchSuspension(leave: () => void, comeBack: () => void): Suspension {
  const stop = () => {
    leave();
    // By the signal's own action: it does nothing where no shell could have the process go on.
    process.off("SIGTSTP", stop);
    process.kill(process.pid, "SIGTSTP");
    process.on("SIGTSTP", stop);
    comeBack();
  };
  process.on("SIGTSTP", stop);
  process.on("SIGCONT", comeBack);
  return {
    suspend: () => {
      // Windows has no such signal.
      if (process.platform !== "win32") process.kill(0, "SIGTSTP");
    },
    end: () => {
      process.off("SIGTSTP", stop);
      process.off("SIGCONT", comeBack);
    },
  };
}

/** What ends a command, in one line: it may quote what a peer or a file said. */
export function messageLine(message: string): string {
  return `ttk: ${escapeControls(message.replaceAll("\n", " "))}`;
}

/** One line for a bug of ours, and where it is for who asks. */
export function faultText(error: unknown, debug: boolean): string {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
  const line = messageLine(message);
  return debug ? `${line}\n${stack}` : `${line} (a fault of ttk; --debug shows where)`;
}

function fail(message: string): never {
  // After what puts the terminal back: a view's screen goes with all that is on it.
  process.once("exit", () => process.stderr.write(`${message}\n`));
  process.exit(ExitCode.internal);
}

const atHangUp = new Set<() => void>();

/** The terminal is gone, and this signal ends the process: by `exit`, Node.js would set a terminal back that it no longer has, and abort. */
function hangUp(): void {
  process.removeAllListeners("SIGHUP");
  for (const action of atHangUp) {
    try {
      action();
    } catch {
      // What writes to the terminal cannot.
    }
  }
  process.kill(process.pid, "SIGHUP");
}

function outputTo(stream: Writable & { isTTY?: boolean; columns?: number }): Output {
  return {
    write: (text) => {
      if (stream.writable) stream.write(text);
    },
    drained: async () => {
      // The wait ends with the stream, too.
      if (stream.writableNeedDrain) await once(stream, "drain").catch(() => {});
    },
    get isStyled() {
      return stream.isTTY === true && !process.env.NO_COLOR && !process.env.CI && process.env.TERM !== "dumb";
    },
    get columns() {
      return stream.columns ?? 120;
    },
  };
}

/** Has a stream's texts taken in place of written. Returns how to end that. */
function taken(stream: NodeJS.WriteStream, take: (text: string) => void): () => void {
  const { write } = stream;
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    take(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const done = rest.find((each) => typeof each === "function");
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  return () => {
    stream.write = write;
  };
}

/** Ends the process once its output is out. */
export function leave(host: Host): void {
  process.exitCode = host.exitCode;
  if (host.leavesAtOnce) process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

/** Hot: servers ask for each message. The system is asked once for all that happens within a tick of the event loop. */
export function tickClock(systemMs: () => number): Host["clock"] {
  let tickMs: number | undefined;
  const forget = () => {
    tickMs = undefined;
  };
  return {
    nowMs() {
      if (tickMs === undefined) {
        tickMs = systemMs();
        setImmediate(forget);
      }
      return tickMs;
    },
  };
}
