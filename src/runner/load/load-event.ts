import type { LoadMark } from "./load-control.js";
import type { ThresholdResult } from "./metrics/threshold.js";
import type { DeliveryCounts } from "./oracle/delivery-counts.js";
import type { PartProgress } from "./part-progress.js";

/** What the run is doing. */
export type LoadPhase = "setup" | "ramp-up" | "steady" | "drain" | "teardown" | "check" | "logout";

/** One second of a run. Times in ms since its start, rates per second, counts since the start unless said otherwise. */
export interface LoadSnapshot {
  readonly atMs: number;
  readonly phase: LoadPhase;
  /** Users with a device online. */
  readonly users: number;
  readonly devicesOnline: number;
  /** Virtual users at work; of a built-in scenario, the users online. */
  readonly vus: number;
  readonly iterationsPerSecond: number;
  readonly droppedIterations: number;
  readonly sentPerSecond: number;
  readonly ackedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly pdusSentPerSecond: number;
  readonly pdusReceivedPerSecond: number;
  /** Of the acks and deliveries of this second; null when there were none. */
  readonly ackP50Ms: number | null;
  readonly ackP99Ms: number | null;
  readonly deliveryP50Ms: number | null;
  readonly deliveryP99Ms: number | null;
  /** How many acks and deliveries of this second took how long, by the rows of `latencyBoundsMs`; empty rows at the end are left out. */
  readonly ackCounts: readonly number[];
  readonly deliveryCounts: readonly number[];
  /** Messages that are not yet acked and delivered everywhere. */
  readonly inFlight: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  readonly misdelivered: number;
  readonly errors: number;
  /** Share of this second that the generator's event loop was at work. */
  readonly busyShare: number;
  /** What servers keep of sessions, as far as it was looked at: see `DeliveryCounts`. */
  readonly diverged: number;
  readonly notInHistory: number;
  readonly unreadWrong: number;
  /** Other devices that were told of a read ack. */
  readonly readsTold: number;
}

/** What was counted in one second, from which its rates are worked out. */
export interface SecondCounts {
  /** How long it was: a busy generator's are longer. */
  readonly elapsedMs: number;
  readonly iterations: number;
  readonly sent: number;
  readonly acked: number;
  readonly delivered: number;
  readonly pdusSent: number;
  readonly pdusReceived: number;
}

/** Columns that reports of earlier versions lack. */
type LaterColumn = "diverged" | "notInHistory" | "unreadWrong" | "readsTold";

/** A second as a report has it: what the version that wrote it did not count is absent, and not 0. */
export type RecordedSecond = Omit<LoadSnapshot, LaterColumn> & Partial<Pick<LoadSnapshot, LaterColumn>>;

/** How long something took during the last second. */
export interface SecondLatency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What a dashboard shows beside the snapshot; it is not kept. */
export interface LiveView {
  /** What is under way, a row for each scenario; empty outside the steady phase. */
  readonly parts: readonly PartProgress[];
  /** What devices that come online wait for, when it is long; else empty. */
  readonly waiting: string;
  readonly isPaused: boolean;
  /** What `scale` was last called with; 1 = as planned. */
  readonly factor: number;
  /** null = no delivery, or no ack, in this second. */
  readonly ack: SecondLatency | null;
  readonly delivery: SecondLatency | null;
  /** What was waited for in this second, the slowest at its 99th percentile first. */
  readonly commands: readonly ({ readonly command: string } & SecondLatency)[];
  readonly errorsByKind: Readonly<Record<string, number>>;
  readonly counts: DeliveryCounts;
  /** What the servers have done wrong so far; what is lost shows only at the end. */
  readonly serverFaults: readonly string[];
  /** How they stand now. */
  readonly thresholds: readonly ThresholdResult[];
  /** How late the event loop was, since the steady phase began. */
  readonly eventLoopLagP99Ms: number;
  /** Why the latencies so far are not to be trusted. */
  readonly doubts: readonly string[];
}

export type LoadEvent =
  | { readonly type: "phase"; readonly phase: LoadPhase; readonly atMs: number }
  | {
      readonly type: "second";
      readonly snapshot: LoadSnapshot;
      readonly counts: SecondCounts;
      readonly live: LiveView;
    }
  /** An iteration of a scenario file threw this; the first one with such a message. */
  | { readonly type: "iteration-failed"; readonly scenario: string; readonly error: unknown }
  | { readonly type: "mark"; readonly mark: LoadMark };
