import type { StepReading } from "../../../runner/load/find-max-result.js";
import { LoadBlockedError } from "../../../runner/load/load-blocked-error.js";
import type { LoadEvent } from "../../../runner/load/load-event.js";
import type { SetupOutcome } from "../../../runner/load/script/setup-outcome.js";
import type { FarBooks } from "../../../runner/load/shard/far-books.js";
import type { ShardSync } from "../../../runner/load/shard/shard-meeting.js";
import { usageError } from "../../command-error.js";
import type { Host } from "../../host.js";
import { failureLine } from "../load-watch.js";
import type { LoadedFile } from "../scenario-file/load-file.js";
import type { StartAt } from "./start-at-value.js";
import { ToldPresence } from "./told-presence.js";
import { eachLine, SETUP_MAX_CHARS, type WorkerLine, type WorkerOrder } from "./worker-lines.js";

/** Of a shard that nobody coordinates: it begins by the clock, and stays until the end of its drain. @throws CommandError when that is over */
export function syncByClock(startAt: StartAt, nowMs: () => number): ShardSync {
  const atMs = "atMs" in startAt ? startAt.atMs : nowMs() + startAt.inMs;
  const agoMs = nowMs() - atMs;
  if (agoMs > 0) throw usageError(`--start-at: that was ${Math.ceil(agoMs / 1000)} s ago`);
  return {
    runId: `${atMs}`,
    startAtMs: async () => atMs,
    isSetupShared: false,
    shareSetup: async (own) => own,
    isOver: () => true,
    isSettled: () => false,
  };
}

export interface WorkerSync {
  readonly sync: ShardSync;
  readonly onEvent: (event: LoadEvent) => void;
  /** Nothing more is told or listened to. */
  close(): void;
}

/** Of a worker, by number: whoever started all of them says when. `runId`: theirs and of no other run. */
export function syncByOrders(host: Host, index: number, runId: string, file: LoadedFile | undefined): WorkerSync {
  const tell = (line: WorkerLine) => host.stdout.write(`${JSON.stringify(line)}\n`);
  let isClosed = false;
  const orders = new Map<WorkerOrder["type"], (order: WorkerOrder) => void>();
  /** The order of that type, which comes once. */
  const ordered = <T extends WorkerOrder["type"]>(type: T) =>
    new Promise<Extract<WorkerOrder, { readonly type: T }>>((resolve) => {
      orders.set(type, (order) => resolve(order as Extract<WorkerOrder, { readonly type: T }>));
    });
  const started = ordered("start");
  const setUp = ordered("setup");
  const steps = new Map<number, (reading: StepReading | undefined) => void>();
  orders.set("step", (order) => {
    if (order.type === "step") steps.get(order.search)?.(order.reading ?? undefined);
  });
  const people = new ToldPresence((changes) => tell({ type: "presence", ...changes }));
  orders.set("presence", (order) => {
    if (order.type === "presence") people.heard(order);
  });
  const everywhere = new AbortController();
  orders.set("abort", (order) => {
    if (order.type === "abort") everywhere.abort(order.by);
  });
  let isOver = false;
  let hasToldOver = false;
  const settled = new Set<string>();
  let books: FarBooks | undefined;
  let told = "";
  orders.set("over", () => {
    isOver = true;
  });
  orders.set("settled", (order) => {
    if (order.type === "settled") settled.add(order.round);
  });
  orders.set("books", () => {
    for (const of of (books?.counts.expected ?? []).keys()) {
      if (of !== index && books !== undefined) tell({ type: "page", of, page: books.pageOf(of) });
    }
  });
  orders.set("missing", (order) => {
    if (order.type === "missing") tell({ type: "awaited", count: books?.awaited(order.rows) ?? 0 });
  });
  eachLine<WorkerOrder>(
    host.stdin,
    (order) => orders.get(order.type)?.(order),
    () => {
      if (!isClosed) endAtOnce(host);
    },
  );
  return {
    sync: {
      runId,
      startAtMs: async () => {
        tell({ type: "ready" });
        return (await started).atMs;
      },
      isSetupShared: true,
      shareSetup: async (own) => {
        if (own !== undefined) tellSetup(own, tell);
        return (await setUp).outcome;
      },
      isOver: () => {
        if (!hasToldOver) tell({ type: "over" });
        hasToldOver = true;
        return isOver;
      },
      people,
      abort: { tell: (state) => tell({ type: "standing", state }), signal: everywhere.signal },
      shareStep: (search, state) =>
        new Promise((resolve) => {
          steps.set(search, resolve);
          tell({ type: "step", search, state });
        }),
      isSettled: (round, far) => {
        if (settled.has(round)) return true;
        books = far;
        const line = JSON.stringify([round, far.counts]);
        if (line !== told) tell({ type: "far", round, far: far.counts });
        told = line;
        return false;
      },
    },
    onEvent: (event) => {
      if (event.type === "second") {
        const { snapshot, counts, live } = event;
        tell({ type: "second", snapshot, counts, waiting: live.waiting });
      }
      const failure = failureLine(event, host, file);
      if (failure !== undefined) tell({ type: "failure", text: failure });
    },
    close: () => {
      isClosed = true;
      host.stdin.destroy();
    },
  };
}

/** Whoever started this worker is gone, and nobody is left to take what it would report: as at a second Ctrl-C. */
function endAtOnce(host: Host): void {
  host.interrupt();
  host.interrupt();
}

/** @throws LoadBlockedError for more than a line holds */
function tellSetup(outcome: SetupOutcome, tell: (line: WorkerLine) => void): void {
  const chars = JSON.stringify(outcome).length;
  if (chars > SETUP_MAX_CHARS) {
    throw new LoadBlockedError(
      `setup came to ${chars} characters of JSON; --workers hand on at most ${SETUP_MAX_CHARS} to each other`,
    );
  }
  tell({ type: "setup", outcome });
}
