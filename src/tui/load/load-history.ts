import type { LiveView, LoadSnapshot, SecondLatency } from "../../runner/load/load-event.js";

/** What a plot has of one second. Rates a second; `null` latencies: there were none. */
interface HistoryEntry {
  readonly snapshot: LoadSnapshot;
  readonly ack: SecondLatency | null;
  readonly delivery: SecondLatency | null;
}

/** An hour: longer runs show their last one. */
const SECONDS_MAX = 3600;

/** The seconds of a run that plots show. */
export class LoadHistory {
  readonly #entries: HistoryEntry[] = [];

  take(snapshot: LoadSnapshot, { ack, delivery }: LiveView): void {
    this.#entries.push({ snapshot, ack, delivery });
    if (this.#entries.length > SECONDS_MAX) this.#entries.shift();
  }

  latency(kind: "ack" | "delivery", key: "p50Ms" | "p95Ms" | "p99Ms"): (number | undefined)[] {
    return this.#entries.map((entry) => entry[kind]?.[key]);
  }

  /** The last so many seconds, or all. */
  series(read: (snapshot: LoadSnapshot) => number, seconds = SECONDS_MAX): number[] {
    return this.#entries.slice(-seconds).map(({ snapshot }) => read(snapshot));
  }

  hasLatency(kind: "ack" | "delivery"): boolean {
    return this.#entries.some((entry) => entry[kind] !== null);
  }
}
