import type { StartUpStep } from "../../scenarios/load/start-up.js";
import type { DeliveryCounts } from "./delivery-oracle.js";
import { type LoadError, metricKinds, pulls } from "./metric-names.js";
import { counterResult, Gauge, type MetricResult, perSecond, TaggedCounter, Trend } from "./metrics.js";
import type { Aggregate } from "./threshold.js";

/** What went over all connections of the run. */
export interface Traffic {
  readonly pdusSent: number;
  readonly pdusReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What metrics are read against: how far the run is, and what others count. */
export interface Moment {
  readonly steadyMs: number;
  readonly runMs: number;
  readonly delivery: DeliveryCounts;
  readonly traffic: Traffic;
}

/**
 * Everything that a run measures, under the names of the reports. Latency counts from the moment that an act was meant to
 * happen, so that a server which stalls is charged for what could not be sent meanwhile; `…Uncorrected` counts from the
 * moment of sending. Rates of what belongs to the steady phase are over that phase, others over the run.
 */
export class LoadMetrics {
  readonly connect = new Trend();
  readonly login = new Trend();
  readonly ack = new Trend();
  readonly ackUncorrected = new Trend();
  readonly delivery = new Trend();
  readonly deliveryUncorrected = new Trend();
  readonly groupDelivery = new Trend();
  readonly groupDeliveryUncorrected = new Trend();
  readonly heartbeat = new Trend();
  readonly heartbeatUncorrected = new Trend();
  readonly eventLoopLag = new Trend();
  readonly users = new Gauge();
  readonly devicesOnline = new Gauge();
  readonly errors = new TaggedCounter();
  kicks = 0;
  iterations = 0;
  droppedIterations = 0;
  readonly #pulls = new Map(pulls.map((name) => [name, new Trend()] as const));

  /** `lateMs`: how long after its intended moment the step could begin. */
  stepDone(step: StartUpStep, durationMs: number, lateMs = 0): void {
    const trend = step === "login" ? this.login : this.#pulls.get(step);
    trend?.recordMs(durationMs + lateMs);
  }

  error(kind: LoadError): void {
    this.errors.add(kind);
  }

  /** By name, as reports show them. A trend without values is left out: it has no percentiles. */
  results(moment: Moment): Record<string, MetricResult> {
    const results: Record<string, MetricResult> = {};
    for (const [name, trend] of this.#trends()) {
      if (trend.count > 0) results[name] = trend.result(spanOf(name, moment));
    }
    for (const [name, count] of this.#counters(moment)) results[name] = counterResult(count, spanOf(name, moment));
    results.vus = this.users.result();
    results.devices_online = this.devicesOnline.result();
    return results;
  }

  /** What a threshold looks at. `undefined` when nothing was measured. */
  read(metric: string, aggregate: Aggregate, moment: Moment): number | undefined {
    const trend = this.#trends().get(metric);
    if (trend !== undefined) return trend.count === 0 ? undefined : trend.read(aggregate, spanOf(metric, moment));
    if (metric === "vus") return this.users.read(aggregate);
    if (metric === "devices_online") return this.devicesOnline.read(aggregate);
    // Errors of a kind that never happened have no counter yet.
    const count = this.#counters(moment).get(metric) ?? 0;
    return aggregate === "rate" ? perSecond(count, spanOf(metric, moment)) : count;
  }

  #trends(): Map<string, Trend> {
    const allPulls = new Trend();
    for (const trend of this.#pulls.values()) if (trend.count > 0) allPulls.histogram.merge(trend.histogram);
    return new Map([
      ["connect_duration", this.connect],
      ["login_duration", this.login],
      ["pull_duration", allPulls],
      ...[...this.#pulls].map(([name, trend]): [string, Trend] => [`pull_duration{pull:${name}}`, trend]),
      ["msg_ack_duration", this.ack],
      ["msg_ack_duration_uncorrected", this.ackUncorrected],
      ["msg_delivery_duration", this.delivery],
      ["msg_delivery_duration_uncorrected", this.deliveryUncorrected],
      ["group_delivery_duration", this.groupDelivery],
      ["group_delivery_duration_uncorrected", this.groupDeliveryUncorrected],
      ["heartbeat_duration", this.heartbeat],
      ["heartbeat_duration_uncorrected", this.heartbeatUncorrected],
      ["event_loop_lag", this.eventLoopLag],
    ]);
  }

  #counters({ delivery, traffic }: Moment): Map<string, number> {
    return new Map([
      ["msgs_sent", delivery.sent],
      ["msgs_acked", delivery.acked],
      ["msgs_delivered", delivery.delivered],
      ["msgs_lost", delivery.lost],
      ["msgs_duplicated", delivery.duplicated],
      ["msgs_reordered", delivery.reordered],
      ["msgs_corrupted", delivery.corrupted],
      ["msgs_misdelivered", delivery.misdelivered],
      ["iterations", this.iterations],
      ["dropped_iterations", this.droppedIterations],
      ["pdus_sent", traffic.pdusSent],
      ["pdus_received", traffic.pdusReceived],
      ["bytes_sent", traffic.bytesSent],
      ["bytes_received", traffic.bytesReceived],
      ["kicks", this.kicks],
      ["errors", this.errors.total],
      ...this.errors.kinds.map((kind): [string, number] => [`errors{kind:${kind}}`, this.errors.of(kind)]),
    ]);
  }
}

function spanOf(metric: string, { steadyMs, runMs }: Moment): number {
  return metricKinds[metric.replace(/\{.*/, "")]?.over === "steady" ? steadyMs : runMs;
}
