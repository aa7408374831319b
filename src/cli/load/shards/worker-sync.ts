import type { StepReading } from "../../../runner/load/find-max/find-max-result.js";
import { LoadBlockedError } from "../../../runner/load/load-blocked-error.js";
import type { LoadEvent } from "../../../runner/load/load-event.js";
import type { SetupOutcome } from "../../../runner/load/script/setup-outcome.js";
import type { FarBooks } from "../../../runner/load/shard/far-books.js";
import type { ShardSync } from "../../../runner/load/shard/shard-meeting.js";
import type { SharedAbort } from "../../../runner/load/shard/shared-abort.js";
import type { StepState } from "../../../runner/load/shard/step-state.js";
import type { Host } from "../../host.js";
import { failureLine } from "../load-watch.js";
import type { LoadedFile } from "../scenario-file/load-file.js";
import { ToldPresence } from "./told-presence.js";
import { eachLine, SETUP_MAX_CHARS, type WorkerLine, type WorkerOrder } from "./worker-lines.js";

/** Of a worker of `--workers`: whoever started all of them gives orders on its stdin, and is told on its stdout. */
export class WorkerSync implements ShardSync {
  readonly isSetupShared = true;
  readonly people = new ToldPresence((changes) => this.#tell({ type: "presence", ...changes }));
  readonly abort: SharedAbort;
  #start: (atMs: number) => void = () => {};
  readonly #started = new Promise<number>((resolve) => {
    this.#start = resolve;
  });
  #hearSetup: (outcome: SetupOutcome) => void = () => {};
  readonly #setUp = new Promise<SetupOutcome>((resolve) => {
    this.#hearSetup = resolve;
  });
  readonly #aborted = new AbortController();
  /** What waits for the reading of a step, by the search's number. */
  readonly #steps = new Map<number, (reading: StepReading | undefined) => void>();
  readonly #settled = new Set<string>();
  #isOver = false;
  #hasToldOver = false;
  #books: FarBooks | undefined;
  #toldCounts = "";
  #isClosed = false;

  constructor(
    private readonly host: Host,
    /** The worker's number. */
    private readonly index: number,
    /** The same for all workers of this run, and for no other run. */
    readonly runId: string,
    private readonly file: LoadedFile | undefined,
  ) {
    this.abort = { tell: (state) => this.#tell({ type: "standing", state }), signal: this.#aborted.signal };
    eachLine<WorkerOrder>(
      host.stdin,
      (order) => this.#obey(order),
      () => {
        if (!this.#isClosed) endAtOnce(host);
      },
    );
  }

  startAtMs(): Promise<number> {
    this.#tell({ type: "ready" });
    return this.#started;
  }

  /** @throws LoadBlockedError for more than a line holds */
  async shareSetup(own: SetupOutcome | undefined): Promise<SetupOutcome> {
    if (own !== undefined) this.#tellSetup(own);
    return this.#setUp;
  }

  isOver(): boolean {
    if (!this.#hasToldOver) this.#tell({ type: "over" });
    this.#hasToldOver = true;
    return this.#isOver;
  }

  readonly shareStep = (search: number, state: StepState): Promise<StepReading | undefined> =>
    new Promise((resolve) => {
      this.#steps.set(search, resolve);
      this.#tell({ type: "step", search, state });
    });

  isSettled(round: string, far: FarBooks): boolean {
    if (this.#settled.has(round)) return true;
    this.#books = far;
    const counts = JSON.stringify([round, far.counts]);
    if (counts !== this.#toldCounts) this.#tell({ type: "far", round, far: far.counts });
    this.#toldCounts = counts;
    return false;
  }

  /** What of the run's events whoever started it is to know. */
  onEvent(event: LoadEvent): void {
    if (event.type === "second") {
      const { snapshot, counts, live } = event;
      this.#tell({ type: "second", snapshot, counts, waiting: live.waiting });
    }
    const failure = failureLine(event, this.host, this.file);
    if (failure !== undefined) this.#tell({ type: "failure", text: failure });
  }

  /** Nothing more is listened to. */
  close(): void {
    this.#isClosed = true;
    this.host.stdin.destroy();
  }

  #tell(line: WorkerLine): void {
    this.host.stdout.write(`${JSON.stringify(line)}\n`);
  }

  #tellSetup(outcome: SetupOutcome): void {
    const chars = JSON.stringify(outcome).length;
    if (chars > SETUP_MAX_CHARS) {
      throw new LoadBlockedError(
        `setup came to ${chars} characters of JSON; --workers hand on at most ${SETUP_MAX_CHARS} to each other`,
      );
    }
    this.#tell({ type: "setup", outcome });
  }

  #obey(order: WorkerOrder): void {
    switch (order.type) {
      case "start":
        return this.#start(order.atMs);
      case "setup":
        return this.#hearSetup(order.outcome);
      case "presence":
        return this.people.heard(order);
      case "step":
        return this.#steps.get(order.search)?.(order.reading ?? undefined);
      case "abort":
        return this.#aborted.abort(order.by);
      case "over":
        this.#isOver = true;
        return;
      case "settled":
        this.#settled.add(order.round);
        return;
      case "books":
        return this.#tellPages();
      case "missing":
        return this.#tell({ type: "awaited", count: this.#books?.awaited(order.rows) ?? 0 });
    }
  }

  #tellPages(): void {
    const books = this.#books;
    if (books === undefined) return;
    for (const of of books.counts.expected.keys()) {
      if (of !== this.index) this.#tell({ type: "page", of, page: books.pageOf(of) });
    }
  }
}

/** Whoever started this worker is gone, and nobody is left to take what it would report: as at a second Ctrl-C. */
function endAtOnce(host: Host): void {
  host.interrupt();
  host.interrupt();
}
