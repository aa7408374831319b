import type { LoadEvent } from "../../../runner/load/load-event.js";
import type { FarCounts, ShardSync } from "../../../runner/load/shard/shard-meeting.js";
import { usageError } from "../../command-error.js";
import type { Host } from "../../host.js";
import type { StartAt } from "./start-at-value.js";
import { eachLine, type WorkerLine, type WorkerOrder } from "./worker-lines.js";

/** Of a shard that nobody coordinates: it begins by the clock, and stays until the end of its drain. @throws CommandError when that is over */
export function syncByClock(startAt: StartAt, nowMs: () => number): ShardSync {
  const atMs = "atMs" in startAt ? startAt.atMs : nowMs() + startAt.inMs;
  const agoMs = nowMs() - atMs;
  if (agoMs > 0) throw usageError(`--start-at: that was ${Math.ceil(agoMs / 1000)} s ago`);
  return { runId: `${atMs}`, startAtMs: async () => atMs, isDrained: () => false };
}

export interface WorkerSync {
  readonly sync: ShardSync;
  readonly onEvent: (event: LoadEvent) => void;
  /** Aborted when whoever started the worker is gone. */
  readonly signal: AbortSignal;
  /** Nothing more is told or listened to. */
  close(): void;
}

/** Of a worker: whoever started all of them says when. `runId`: theirs and of no other run. */
export function syncByOrders(host: Host, runId: string): WorkerSync {
  const tell = (line: WorkerLine) => host.stdout.write(`${JSON.stringify(line)}\n`);
  const gone = new AbortController();
  let begin: (atMs: number) => void = () => {};
  const started = new Promise<number>((resolve) => {
    begin = resolve;
  });
  let isDrained = false;
  let told = "";
  const onOrder = (order: WorkerOrder) => {
    if (order.type === "start") begin(order.atMs);
    else isDrained = true;
  };
  const onEnd = () => {
    gone.abort();
    // Whoever still waits for the start has it, and finds the run aborted.
    begin(host.clock.nowMs());
  };
  eachLine(host.stdin, onOrder, onEnd);
  return {
    sync: {
      runId,
      startAtMs: () => {
        tell({ type: "ready" });
        return started;
      },
      isDrained: (far: FarCounts) => {
        const line = JSON.stringify(far);
        if (line !== told) tell({ type: "far", far });
        told = line;
        return isDrained;
      },
    },
    onEvent: (event) => {
      if (event.type === "second") tell({ type: "second", snapshot: event.snapshot });
    },
    signal: gone.signal,
    close: () => host.stdin.destroy(),
  };
}
