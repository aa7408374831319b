import type { HealthWatch } from "./generator-health.js";
import type { LiveView, LoadPhase, LoadSnapshot, SecondCounts, SecondLatency } from "./load-event.js";
import { latencyBoundsMs } from "./metrics/latency-bounds.js";
import type { LoadMetrics, Traffic } from "./metrics/load-metrics.js";
import type { Trend } from "./metrics/metrics.js";
import { ratesOf } from "./metrics/second-rates.js";
import type { DeliveryOracle } from "./oracle/delivery-oracle.js";

/** What a second is read from. */
export interface SecondSources {
  readonly metrics: LoadMetrics;
  readonly oracle: DeliveryOracle;
  readonly health: HealthWatch;
  traffic(): Traffic;
}

/** What of a second others know. */
export type OthersView = Pick<
  LiveView,
  "parts" | "waiting" | "isPaused" | "factor" | "thresholds" | "serverFaults" | "doubts"
>;

export interface SecondTaken {
  readonly snapshot: LoadSnapshot;
  readonly counts: SecondCounts;
  readonly live: LiveView;
}

/** Looks at the run once a second. */
export class SecondWatch {
  #last = { atMs: 0, sent: 0, acked: 0, delivered: 0, pdusSent: 0, pdusReceived: 0, iterations: 0 };

  constructor(private readonly sources: SecondSources) {}

  /** What the second that ends now came to; the next one begins. */
  take(nowMs: number, phase: LoadPhase, others: OthersView): SecondTaken {
    const { metrics } = this.sources;
    const counts = this.#counts(nowMs);
    const taken = { snapshot: this.#snapshot(nowMs, phase, counts), counts, live: this.#live(others) };
    for (const trend of metrics.second.values()) trend.histogram.reset();
    return taken;
  }

  #counts(nowMs: number): SecondCounts {
    const { metrics, oracle, traffic } = this.sources;
    const { sent, acked, delivered } = oracle.counts;
    const { pdusSent, pdusReceived } = traffic();
    const { iterations } = metrics;
    const last = this.#last;
    this.#last = { atMs: nowMs, sent, acked, delivered, pdusSent, pdusReceived, iterations };
    return {
      elapsedMs: nowMs - last.atMs,
      iterations: iterations - last.iterations,
      sent: sent - last.sent,
      acked: acked - last.acked,
      delivered: delivered - last.delivered,
      pdusSent: pdusSent - last.pdusSent,
      pdusReceived: pdusReceived - last.pdusReceived,
    };
  }

  #snapshot(nowMs: number, phase: LoadPhase, counts: SecondCounts): LoadSnapshot {
    const { metrics, oracle, health } = this.sources;
    const { duplicated, reordered, corrupted, misdelivered } = oracle.counts;
    const { diverged, notInHistory, unreadWrong, readsTold } = oracle.counts;
    const { droppedIterations } = metrics;
    const ack = latencyIn(metrics.second.get("message ack"));
    const delivery = latencyIn(metrics.second.get("message delivery"));
    return {
      atMs: Math.round(nowMs),
      phase,
      users: metrics.users.value,
      devicesOnline: metrics.devicesOnline.value,
      vus: (metrics.vus ?? metrics.users).value,
      droppedIterations,
      ...ratesOf(counts),
      ackP50Ms: ack?.p50Ms ?? null,
      ackP99Ms: ack?.p99Ms ?? null,
      deliveryP50Ms: delivery?.p50Ms ?? null,
      deliveryP99Ms: delivery?.p99Ms ?? null,
      ackCounts: countsIn(metrics.second.get("message ack")),
      deliveryCounts: countsIn(metrics.second.get("message delivery")),
      inFlight: oracle.inFlight,
      duplicated,
      reordered,
      corrupted,
      misdelivered,
      errors: metrics.errors.total,
      busyShare: Math.round(health.busyShareLately() * 1000) / 1000,
      diverged,
      notInHistory,
      unreadWrong,
      readsTold,
    };
  }

  #live(others: OthersView): LiveView {
    const { metrics, oracle } = this.sources;
    const commands = [...metrics.second].flatMap(([command, trend]) => {
      const latency = latencyIn(trend);
      return latency === null ? [] : [{ command, ...latency }];
    });
    return {
      ...others,
      ack: latencyIn(metrics.second.get("message ack")),
      delivery: latencyIn(metrics.second.get("message delivery")),
      commands: commands.sort((one, other) => other.p99Ms - one.p99Ms),
      errorsByKind: Object.fromEntries(metrics.errors.kinds.map((kind) => [kind, metrics.errors.of(kind)])),
      counts: { ...oracle.counts },
      eventLoopLagP99Ms: metrics.eventLoopLag.percentileMs(99),
    };
  }
}

/** By the rows of `latencyBoundsMs`. */
function countsIn(trend: Trend | undefined): readonly number[] {
  return trend?.countsBetween(latencyBoundsMs) ?? [];
}

function latencyIn(trend: Trend | undefined): SecondLatency | null {
  if (trend === undefined || trend.count === 0) return null;
  const at = (percent: number) => trend.percentileMs(percent);
  return {
    count: trend.count,
    p50Ms: at(50),
    p90Ms: at(90),
    p95Ms: at(95),
    p99Ms: at(99),
    maxMs: trend.histogram.maxUs / 1000,
  };
}
