import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { loadProgress } from "../../../reports/load/load-progress.js";
import type { LoadSnapshot } from "../../../runner/load/load-event.js";
import type { LoadResult } from "../../../runner/load/load-result.js";
import { addSeconds } from "../../../runner/load/shard/merge-series.js";
import { mergeShards } from "../../../runner/load/shard/merge-shards.js";
import type { FarCounts } from "../../../runner/load/shard/shard-meeting.js";
import { AbortJudge } from "../../../runner/load/shard/shared-abort.js";
import type { Threshold } from "../../../runner/load/threshold.js";
import { CommandError } from "../../command-error.js";
import { ExitCode } from "../../exit-codes.js";
import type { Host } from "../../host.js";
import { readShards } from "./read-shard.js";
import { SearchSteps } from "./search-steps.js";
import { eachLine, type WorkerLine, type WorkerOrder } from "./worker-lines.js";

/** How long after the last worker is ready all begin. */
const START_AFTER_MS = 300;

interface Worker {
  readonly index: number;
  readonly file: string;
  readonly child: ChildProcess;
  isReady: boolean;
  isOver: boolean;
  far: FarCounts | undefined;
  snapshot: LoadSnapshot | undefined;
  stderr: string;
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
    const merged = mergeShards(await readShards(crew.files, host.cwd));
    return { ...merged, setupData: crew.setupData };
  } finally {
    crew.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

class Crew {
  readonly files: readonly string[];
  readonly #workers: Worker[];
  readonly #failed: Promise<never>;
  #fail: (error: CommandError) => void = () => {};
  #isDrained = false;
  readonly #failures = new Set<string>();
  readonly #searches: readonly SearchSteps[];
  readonly #abort: AbortJudge;
  #isAborted = false;
  /** What a scenario file's setup returned. */
  setupData: unknown;

  constructor(
    private readonly host: Host,
    private readonly count: number,
    private readonly plan: WorkersRun,
    folder: string,
  ) {
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.files = Array.from({ length: count }, (_, index) => join(folder, `${index}.json`));
    this.#workers = this.files.map((file, index) => this.#start(index, file, plan.seed));
    this.#abort = new AbortJudge(plan.thresholds, count);
    this.#searches = plan.searches.map((conditions) => new SearchSteps(conditions, count));
  }

  async run(): Promise<void> {
    const { signal } = this.host;
    const interrupt = () => {
      for (const { child } of this.#workers) child.kill("SIGINT");
    };
    signal.addEventListener("abort", interrupt);
    // A second Ctrl-C ends this process at once, and with it everybody.
    const forget = this.host.atExit(() => this.kill());
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
      far: undefined,
      snapshot: undefined,
      stderr: "",
    };
    // It says so itself when it ends too early.
    child.stdin?.on("error", () => {});
    eachLine<WorkerLine>(
      child.stdout as Readable,
      (line) => this.#heard(worker, line),
      () => {},
    );
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      worker.stderr = (worker.stderr + text).slice(-2000);
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
        if (!this.#failures.has(line.text)) this.host.stderr.write(`ttk: ${line.text}\n`);
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
        worker.far = line.far;
        return this.#lookForEnd();
      case "second":
        worker.snapshot = line.snapshot;
        if (worker.index === 0) this.#showSecond();
    }
  }

  /** Once all have reached their drain and nothing is under way between them, none need stay for the others. */
  #lookForEnd(): void {
    const all = this.#workers.map(({ far }) => far);
    if (this.#isDrained || !all.every((far) => far?.isQuiet === true)) return;
    const total = (name: "expected" | "received") =>
      all.reduce((sum, far) => sum + (far as FarCounts)[name].reduce((part, each) => part + each, 0), 0);
    if (total("received") < total("expected")) return;
    this.#isDrained = true;
    this.#order({ type: "drained" });
  }

  #showSecond(): void {
    const snapshots = this.#workers.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot]));
    const [first] = snapshots;
    if (first === undefined || this.host.verbosity === "quiet") return;
    this.host.stderr.write(`${loadProgress(addSeconds(first.atMs, snapshots), this.plan.devices)}\n`);
  }

  /** To all of them but `except`. */
  #order(order: WorkerOrder, except?: Worker): void {
    const line = `${JSON.stringify(order)}\n`;
    for (const worker of this.#workers) if (worker !== except) (worker.child.stdin as Writable).write(line);
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
        const said =
          worker.stderr
            .trim()
            .split("\n")
            .at(-1)
            ?.replace(/^ttk: /, "") || `it ended by ${signal ?? code}`;
        const exitCode = code === ExitCode.usage || code === ExitCode.blocked ? code : ExitCode.internal;
        this.#fail(new CommandError(exitCode, `worker ${index} of ${this.count}: ${said}`));
      });
    });
  }
}
