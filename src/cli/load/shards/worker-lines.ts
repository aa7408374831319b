import type { Readable } from "node:stream";
import type { StepReading } from "../../../runner/load/find-max/find-max-result.js";
import type { LoadSnapshot, SecondCounts } from "../../../runner/load/load-event.js";
import type { SetupOutcome } from "../../../runner/load/script/setup-outcome.js";
import type { FarCounts, FarPage } from "../../../runner/load/shard/far-books.js";
import type { StandingState } from "../../../runner/load/shard/shared-abort.js";
import type { StepState } from "../../../runner/load/shard/step-state.js";
import type { PresenceChanges } from "./told-presence.js";

/** What a worker tells whoever started it, a JSON line each on its stdout. */
export type WorkerLine =
  /** Everybody is online. */
  | { readonly type: "ready" }
  /** It has called a scenario file's setup. */
  | { readonly type: "setup"; readonly outcome: SetupOutcome }
  /** What a step of a search came to there. */
  | { readonly type: "step"; readonly search: number; readonly state: StepState }
  /** What the metrics of thresholds that may end the run have come to there. */
  | { readonly type: "standing"; readonly state: StandingState }
  /** Of its users in a scenario file, some have come or gone. */
  | ({ readonly type: "presence" } & PresenceChanges)
  /** Its part of the steady phase is over. */
  | { readonly type: "over" }
  | {
      readonly type: "second";
      readonly snapshot: LoadSnapshot;
      readonly counts: SecondCounts;
      readonly waiting: string;
    }
  /** What an iteration of a scenario file threw, as text. */
  | { readonly type: "failure"; readonly text: string }
  /** It awaits nothing of its own any more in this round. */
  | { readonly type: "far"; readonly round: string; readonly far: FarCounts }
  /** What it has written down of another worker. */
  | { readonly type: "page"; readonly of: number; readonly page: FarPage }
  /** So many of the deliveries that it was asked for may still come. */
  | { readonly type: "awaited"; readonly count: number };

/** What it is told, a JSON line each on its stdin; when that ends, so does the worker. */
export type WorkerOrder =
  | { readonly type: "start"; readonly atMs: number }
  | { readonly type: "setup"; readonly outcome: SetupOutcome }
  /** The same of another worker's. */
  | ({ readonly type: "presence" } & PresenceChanges)
  /** What it came to everywhere; null = some have ended early, so there will be no more steps. */
  | { readonly type: "step"; readonly search: number; readonly reading: StepReading | null }
  /** A threshold does not hold of what all have measured: the run ends. */
  | { readonly type: "abort"; readonly by: string }
  /** So is everybody's part. */
  | { readonly type: "over" }
  /** Nothing is under way between workers any more. */
  | { readonly type: "settled"; readonly round: string }
  /** Asks for a `page` of each other worker. */
  | { readonly type: "books" }
  /** Asks how many of these deliveries are `awaited`. */
  | { readonly type: "missing"; readonly rows: readonly number[] };

/** What setup comes to, as JSON. */
export const SETUP_MAX_CHARS = 4 << 20;
/** Nothing is longer. */
const LINE_MAX_CHARS = SETUP_MAX_CHARS + 1024;

/** Calls back for each line, and at the end. A line that is none of ours (`stray`), or longer than any, ends the reading. */
export function eachLine<T extends WorkerLine | WorkerOrder>(
  stream: Readable,
  onLine: (line: T) => void,
  onEnd: (stray?: string) => void,
): void {
  let rest = "";
  let stray: string | undefined;
  const end = (line: string) => {
    stray = line;
    stream.destroy();
  };
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const read = lineOf<T>(line);
      if (read === undefined) return end(line);
      onLine(read);
    }
    if (rest.length > LINE_MAX_CHARS) end(rest);
  });
  stream.on("close", () => onEnd(stray));
}

function lineOf<T extends WorkerLine | WorkerOrder>(text: string): T | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null && "type" in line ? (line as T) : undefined;
  } catch {
    return undefined;
  }
}
