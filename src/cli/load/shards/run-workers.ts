import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { loadProgress } from "../../../reports/load/load-progress.js";
import type { LoadResult } from "../../../runner/load/load-result.js";
import type { Threshold } from "../../../runner/load/metrics/threshold.js";
import { addSeconds, type ShardSecond } from "../../../runner/load/shard/merge-series.js";
import { mergeShards } from "../../../runner/load/shard/merge-shards.js";
import type { NamedShard } from "../../../runner/load/shard/shard-set.js";
import { AbortJudge } from "../../../runner/load/shard/shared-abort.js";
import { CommandError, usageError } from "../../command-error.js";
import { ExitCode } from "../../exit-codes.js";
import { type Host, messageLine } from "../../host.js";
import { readShards } from "./read-shard.js";
import { SearchSteps } from "./search-steps.js";
import { Settlement } from "./settlement.js";
import { eachLine, type WorkerLine, type WorkerOrder } from "./worker-lines.js";

/** How long after the last worker is ready all begin. */
const START_AFTER_MS = 300;
/** How a line of stderr begins that is of a worker itself. */
const OWN_WORDS = "ttk: ";
const STRAY_SHOWN_CHARS = 80;
/** Of a folder in which a worker that has just been killed may still have made a file. */
const REMOVAL_TRIES = 5;

interface Worker {
  readonly index: number;
  readonly file: string;
  readonly child: ChildProcess;
  isReady: boolean;
  isOver: boolean;
  second: (ShardSecond & { readonly waiting: string }) | undefined;
  /** What it has said of itself, as of why it ends. */
  lastWords: string | undefined;
}

/** What of a plan those must know who coordinate it. */
export interface WorkersRun {
  readonly seed: number;
  readonly devices: number;
  /** The conditions of its searches, by number. */
  readonly searches: readonly (readonly Threshold[])[];
  readonly thresholds: readonly Threshold[];
}

/**
 * Runs a plan in so many processes of this program, each with a segment of its own, and puts together what they report.
 * @throws CommandError when one of them cannot go on
 */
export async function runWorkers(
  host: Host,
  count: number,
  run: WorkersRun,
  /** Called with the shards' files once all are there, before they go. */
  done: (files: readonly string[]) => Promise<void>,
): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), "ttk-workers-"));
  const crew = new Crew(host, count, run, folder);
  try {
    await crew.run();
    await done(crew.files);
    const merged = mergeShards(withOneStart(await readShards(crew.files, host)));
    return { ...merged, setupData: crew.setupData };
  } finally {
    crew.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** They had none or all the same; who was interrupted in that moment may not have heard of it any more. */
function withOneStart(named: readonly NamedShard[]): NamedShard[] {
  const startAtMs = named.map(({ shard }) => shard.startAtMs).find((atMs) => atMs !== null) ?? null;
  return named.map(({ name, shard }) => ({ name, shard: { ...shard, startAtMs } }));
}

class Crew {
  readonly files: readonly string[];
  readonly #workers: Worker[];
  readonly #failed: Promise<never>;
  #fail: (error: CommandError) => void = () => {};
  readonly #failures = new Set<string>();
  readonly #searches: readonly SearchSteps[];
  readonly #abort: AbortJudge;
  readonly #settlement: Settlement;
  #isAborted = false;
  /** What a scenario file's setup returned. */
  setupData: unknown;

  constructor(
    private readonly host: Host,
    private readonly count: number,
    private readonly plan: WorkersRun,
    private readonly folder: string,
  ) {
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.files = Array.from({ length: count }, (_, index) => join(folder, `${index}.json`));
    this.#workers = this.files.map((file, index) => this.#start(index, file, plan.seed));
    this.#settlement = new Settlement(count, {
      settled: (round) => this.#order({ type: "settled", round }),
      openBooks: () => this.#order({ type: "books" }),
      askFor: (recipient, _, rows) => this.#orderOne(this.#workers[recipient] as Worker, { type: "missing", rows }),
    });
    this.#abort = new AbortJudge(plan.thresholds, count);
    this.#searches = plan.searches.map((conditions) => new SearchSteps(conditions, count));
  }

  async run(): Promise<void> {
    const { signal } = this.host;
    const interrupt = () => {
      for (const { child } of this.#workers) child.kill("SIGINT");
    };
    signal.addEventListener("abort", interrupt);
    // A second Ctrl-C ends this process at once, and with it everybody. Samples may be large.
    const forget = this.host.atExit(() => {
      this.kill();
      rmSync(this.folder, { recursive: true, force: true, maxRetries: REMOVAL_TRIES });
    });
    try {
      await Promise.race([this.#failed, Promise.all(this.#workers.map((worker) => this.#end(worker)))]);
    } finally {
      signal.removeEventListener("abort", interrupt);
      forget();
    }
  }

  kill(): void {
    for (const { child } of this.#workers) if (child.exitCode === null) child.kill("SIGKILL");
  }

  #start(index: number, file: string, seed: number): Worker {
    const [program, script] = this.host.self;
    const own = ["--seed", `${seed}`, "--segment", `${index}/${this.count}`, "--as-worker", file];
    // In a process group of its own: Ctrl-C in a terminal reaches this process, which passes it on once.
    const child = spawn(program, [script, ...this.host.args, ...own], {
      cwd: this.host.cwd,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const worker: Worker = {
      index,
      file,
      child,
      isReady: false,
      isOver: false,
      second: undefined,
      lastWords: undefined,
    };
    // It says so itself when it ends too early.
    child.stdin?.on("error", () => {});
    eachLine<WorkerLine>(
      child.stdout as Readable,
      (line) => this.#heard(worker, line),
      (stray) => {
        if (stray !== undefined) this.#fail(this.#strayError(worker, stray));
      },
    );
    createInterface({ input: child.stderr as Readable }).on("line", (line) => {
      if (line.startsWith(OWN_WORDS)) worker.lastWords = line.slice(OWN_WORDS.length);
      // The scenario file's.
      else this.host.stderr.write(`${line}\n`);
    });
    return worker;
  }

  #heard(worker: Worker, line: WorkerLine): void {
    switch (line.type) {
      case "ready":
        worker.isReady = true;
        if (this.#workers.every(({ isReady }) => isReady)) {
          this.#order({ type: "start", atMs: Math.ceil(this.host.clock.nowMs()) + START_AFTER_MS });
        }
        return;
      case "setup":
        this.setupData = line.outcome.data;
        return this.#order(line);
      case "failure":
        // Each worker tells it once; so does whoever started them.
        if (!this.#failures.has(line.text)) this.host.stderr.write(`${messageLine(line.text)}\n`);
        this.#failures.add(line.text);
        return;
      case "standing": {
        const by = this.#abort.take(worker.index, line.state);
        if (by === undefined || this.#isAborted) return;
        this.#isAborted = true;
        return this.#order({ type: "abort", by });
      }
      case "presence":
        return this.#order(line, worker);
      case "step": {
        const reading = this.#searches[line.search]?.take(worker.index, line.state);
        if (reading !== undefined) this.#order({ type: "step", search: line.search, reading });
        return;
      }
      case "over":
        worker.isOver = true;
        for (const [search, steps] of this.#searches.entries()) {
          if (steps.giveUp()) this.#order({ type: "step", search, reading: null });
        }
        if (this.#workers.every(({ isOver }) => isOver)) this.#order({ type: "over" });
        return;
      case "far":
        return this.#settlement.told(worker.index, line.round, line.far);
      case "page":
        return this.#settlement.page(worker.index, line.of, line.page);
      case "awaited":
        return this.#settlement.awaited(line.count);
      case "second":
        worker.second = line;
        if (worker.index === 0) this.#showSecond();
    }
  }

  #showSecond(): void {
    const seconds = this.#workers.flatMap(({ second }) => (second === undefined ? [] : [second]));
    const [first] = seconds;
    if (first === undefined || this.host.verbosity === "quiet") return;
    const together = addSeconds(first.snapshot.atMs, seconds);
    const waits = this.#workers.find(({ second }) => second !== undefined && second.waiting !== "");
    const waiting = waits === undefined ? "" : `worker ${waits.index} ${waits.second?.waiting}`;
    this.host.stderr.write(`${loadProgress(together, this.plan.devices, waiting)}\n`);
  }

  /** To all of them but `except`. */
  #order(order: WorkerOrder, except?: Worker): void {
    for (const worker of this.#workers) if (worker !== except) this.#orderOne(worker, order);
  }

  #orderOne({ child }: Worker, order: WorkerOrder): void {
    (child.stdin as Writable).write(`${JSON.stringify(order)}\n`);
  }

  /** Resolves once it has written its shard. */
  #end(worker: Worker): Promise<void> {
    const { child, index } = worker;
    return new Promise((resolve) => {
      child.once("error", (error) => {
        this.#fail(new CommandError(ExitCode.blocked, `worker ${index} cannot be started: ${error.message}`));
      });
      child.once("close", (code, signal) => {
        const isReported = code === ExitCode.ok || code === ExitCode.failed || code === ExitCode.interrupted;
        if (isReported) return resolve();
        // So early that it did not listen for it yet.
        if (signal === "SIGINT" && this.host.signal.aborted) {
          const problem = "interrupted before all workers ran: there is nothing to report";
          return this.#fail(new CommandError(ExitCode.interrupted, problem));
        }
        const said = worker.lastWords ?? `it ended by ${signal ?? code}`;
        const exitCode = code === ExitCode.usage || code === ExitCode.blocked ? code : ExitCode.internal;
        this.#fail(new CommandError(exitCode, `worker ${index} of ${this.count}: ${said}`));
      });
    });
  }

  #strayError({ index }: Worker, line: string): CommandError {
    const shown = line.slice(0, STRAY_SHOWN_CHARS);
    const problem = `with --workers the file may not write to stdout, as "${shown}"; console.log goes to stderr`;
    return usageError(`worker ${index} of ${this.count}: ${problem}`);
  }
}
