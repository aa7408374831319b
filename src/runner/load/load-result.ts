import type { Stage } from "./crowd/pace.js";
import type { GeneratorHealth } from "./generator-health.js";
import type { LoadMark } from "./load-control.js";
import type { RecordedSecond } from "./load-event.js";
import type { MetricResult } from "./metrics/metrics.js";
import type { ThresholdResult } from "./metrics/threshold.js";
import type { DeliveryCounts } from "./oracle/delivery-counts.js";
import type { Fault } from "./oracle/delivery-fault.js";
import type { PartResult } from "./part-result.js";

/** More of a PDU is for other tools. */
export const WITNESS_PDU_MAX_BYTES = 4096;

/** A PDU that has to do with a fault. */
export interface WitnessPdu {
  /** `sent` by the sender; its `ack`; `received` by a device that was to get the message, or was not. */
  readonly what: "sent" | "ack" | "received";
  /** `user17/windows`, and the msg_server it is connected to. */
  readonly device: string;
  readonly server: string;
  /** Bytes of the whole PDU; `hex` has its first 4096. */
  readonly length: number;
  readonly hex: string;
}

/** A fault with names in place of numbers. */
export interface DeliveryWitness {
  readonly kind: Fault;
  /** Number of the message in the run; 0 when its content could not be recognised. */
  readonly message: number;
  /** `user17/windows`, and the msg_server it is connected to. */
  readonly from: string;
  readonly fromServer: string;
  readonly to: string;
  /** Whose delivery it is; null for a message that was never acknowledged. */
  readonly device: string | null;
  readonly deviceServer: string | null;
  /** 0 when the server never told. */
  readonly msgId: number;
  /** When it was sent, in ms since the run began; null when that is no longer known. */
  readonly sentAtMs: number | null;
  /** As far as they are known: the message or read ack, its ack, what up to 8 devices received; or a pull and its answer. */
  readonly pdus: readonly WitnessPdu[];
  /** The message's token as it is in its content, to look for in a recording; null when it is not known. */
  readonly token: string | null;
  /** What came, in latin-1, its first 256 bytes; null when nothing came. */
  readonly arrived: string | null;
  readonly detail: string | null;
}

/** Where the generator ran. */
export interface GeneratorEnvironment {
  /** Version of this package. */
  readonly toolkit: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Operating system, its release and architecture. */
  readonly system: string;
  readonly cpuModel: string;
  /** Cores that the system shows. */
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** How often a check of a scenario file held. */
export interface CheckResult {
  readonly name: string;
  readonly passes: number;
  readonly fails: number;
}

/** What became of an output that went on during the run. */
export interface OutputResult {
  /** As on the command line, without passwords. */
  readonly output: string;
  /** What it sends: samples, batches (everything, once a second), datagrams or scrapes. */
  readonly unit: "samples" | "batches" | "datagrams" | "scrapes";
  readonly sent: number;
  /** Those that did not get there. */
  readonly failed: number;
  /** Those that were given up because the ones before them were still under way. */
  readonly dropped: number;
  /** The first reason; null = nothing failed. */
  readonly firstFailure: string | null;
}

export interface SummaryTrends {
  readonly stats: readonly string[];
  readonly values: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface LoadResult {
  readonly scenario: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seed: number;
  readonly users: number;
  readonly devicesPerUser: number;
  /** Most devices online at the same time. */
  readonly devicesOnline: number;
  /** That shared the users, each a generator of its own: workers or segments. */
  readonly processes: number;
  readonly targets: readonly string[];
  /** Acts a second of the steady phase, as planned; their mean when it changes. */
  readonly rate: number;
  /** How the rate was to change in the steady phase, from its beginning; empty = it was constant. */
  readonly stages: readonly Stage[];
  readonly rampUpMs: number;
  readonly steadyMs: number;
  readonly drainMs: number;
  readonly durationMs: number;
  readonly interrupted: boolean;
  /** The threshold that ended the run early, as `metric expression`; null = none did. */
  readonly abortedBy: string | null;
  /** What the servers did wrong, beside thresholds. */
  readonly serverFaults: readonly string[];
  /** Those and the thresholds that do not hold; empty = the run passed. */
  readonly failures: readonly string[];
  /** Why the latencies are not to be trusted; empty = the run is valid. */
  readonly invalid: readonly string[];
  readonly health: GeneratorHealth;
  /** Null when whoever started the run did not say. */
  readonly environment: GeneratorEnvironment | null;
  readonly metrics: Readonly<Record<string, MetricResult>>;
  readonly thresholds: readonly ThresholdResult[];
  readonly delivery: DeliveryCounts;
  readonly witnesses: readonly DeliveryWitness[];
  /** Scenarios of a scenario file, or a built-in one whose highest rate was looked for. */
  readonly parts: readonly PartResult[];
  readonly checks: readonly CheckResult[];
  /** Of each trend, by metric, what `summaryTrendStats` asked for; undefined unless it did. */
  readonly summaryTrends: SummaryTrends | undefined;
  /** What a scenario file's setup returned; undefined unless it did. */
  readonly setupData: unknown;
  /** What was done to the run while it went on. */
  readonly marks: readonly LoadMark[];
  /** What the rows of the series' `…Counts` are between, in ms. */
  readonly latencyBoundsMs: readonly number[];
  readonly series: readonly RecordedSecond[];
  /** Whoever started the run adds them, once they are closed. */
  readonly outputs: readonly OutputResult[];
}

/** That nobody could be online, as text: then nothing can be said about the servers. Empty when somebody was, or need not be. */
export function neverOnline({
  devicesOnline,
  metrics,
}: Pick<LoadResult, "devicesOnline" | "metrics">): readonly string[] {
  if (devicesOnline > 0) return [];
  const failed = (["connect_failed", "login_failed"] as const).map((kind) => {
    const errors = metrics[`errors{kind:${kind}}`];
    return errors?.type === "counter" ? errors.count : 0;
  }) as [connects: number, logins: number];
  const [connects, logins] = failed;
  if (connects + logins === 0) return [];
  return [`no device came online: ${connects} connections and ${logins} logins failed`];
}

/** What in these counts is the server's fault, as text; empty when nothing is. `errors`: how many there were of a kind. */
export function failuresIn(
  counts: DeliveryCounts,
  errors: (kind: "link_lost" | "pull_failed") => number,
  unackedIsAllowed: boolean,
): readonly string[] {
  const [connectionsLost, pullsFailed] = [errors("link_lost"), errors("pull_failed")];
  const faults: Array<[number, string]> = [
    [counts.lost, "lost"],
    [unackedIsAllowed ? 0 : counts.unacked, "never acknowledged"],
    [counts.duplicated, "duplicated"],
    [counts.reordered, "out of order"],
    [counts.corrupted, "corrupted"],
    [counts.misdelivered, "misdelivered"],
    [counts.diverged, "told to one device of a user and not to the other"],
    [counts.notInHistory, "acknowledged but not in history"],
    [counts.unreadWrong, counts.unreadWrong === 1 ? "unread count wrong" : "unread counts wrong"],
    [connectionsLost, connectionsLost === 1 ? "connection lost" : "connections lost"],
    [pullsFailed, pullsFailed === 1 ? "pull failed" : "pulls failed"],
  ];
  return faults.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}
