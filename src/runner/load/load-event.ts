/** What the run is doing. */
export type LoadPhase = "ramp-up" | "steady" | "drain" | "logout";

/** One second of a run. Times in ms since its start, rates per second, counts since the start unless said otherwise. */
export interface LoadSnapshot {
  readonly atMs: number;
  readonly phase: LoadPhase;
  readonly users: number;
  readonly devicesOnline: number;
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
}

export type LoadEvent =
  | { readonly type: "phase"; readonly phase: LoadPhase; readonly atMs: number }
  | { readonly type: "second"; readonly snapshot: LoadSnapshot };
