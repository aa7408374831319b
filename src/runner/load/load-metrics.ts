import type { StartUpStep } from "../../scenarios/load/start-up.js";
import type { DeliveryCounts } from "./delivery-oracle.js";
import { counterResult, Gauge, type MetricResult, TaggedCounter, Trend } from "./metrics.js";

/** What went over all connections of the run. */
export interface Traffic {
  readonly pdusSent: number;
  readonly pdusReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** Ways in which something other than a delivery goes wrong. */
export type LoadError = "link_lost" | "malformed_pdu" | "unexpected_ack" | "ack_timeout" | "login_failed";

/**
 * Everything that a run measures, under the names of the reports. Latency counts from the moment that an act was meant to
 * happen, so that a server which stalls is charged for what could not be sent meanwhile; `…Uncorrected` counts from the
 * moment of sending.
 */
export class LoadMetrics {
  readonly connect = new Trend();
  readonly login = new Trend();
  readonly ack = new Trend();
  readonly ackUncorrected = new Trend();
  readonly delivery = new Trend();
  readonly deliveryUncorrected = new Trend();
  readonly heartbeat = new Trend();
  readonly heartbeatUncorrected = new Trend();
  readonly eventLoopLag = new Trend();
  readonly users = new Gauge();
  readonly devicesOnline = new Gauge();
  readonly errors = new TaggedCounter();
  kicks = 0;
  iterations = 0;
  droppedIterations = 0;
  readonly #pulls = new Map<string, Trend>();

  stepDone(step: StartUpStep, durationMs: number): void {
    if (step === "login") return this.login.recordMs(durationMs);
    let trend = this.#pulls.get(step);
    if (trend === undefined) {
      trend = new Trend();
      this.#pulls.set(step, trend);
    }
    trend.recordMs(durationMs);
  }

  error(kind: LoadError): void {
    this.errors.add(kind);
  }

  /**
   * By name, as reports show them. Rates of what belongs to the steady phase are over that phase, others over the run.
   * A trend without values is left out: it has no percentiles.
   */
  results(steadyMs: number, runMs: number, delivery: DeliveryCounts, traffic: Traffic): Record<string, MetricResult> {
    const results: Record<string, MetricResult> = {};
    for (const [name, trend] of this.#startUpTrends()) if (trend.count > 0) results[name] = trend.result(runMs);
    for (const [name, trend] of this.#steadyTrends()) if (trend.count > 0) results[name] = trend.result(steadyMs);
    for (const [name, count] of this.#steadyCounters(delivery)) results[name] = counterResult(count, steadyMs);
    for (const [name, count] of this.#runCounters(traffic)) results[name] = counterResult(count, runMs);
    results.vus = this.users.result();
    results.devices_online = this.devicesOnline.result();
    return results;
  }

  #startUpTrends(): Array<[string, Trend]> {
    const allPulls = new Trend();
    for (const trend of this.#pulls.values()) allPulls.histogram.merge(trend.histogram);
    return [
      ["connect_duration", this.connect],
      ["login_duration", this.login],
      ["pull_duration", allPulls],
      ...[...this.#pulls].map(([name, trend]): [string, Trend] => [`pull_duration{pull:${name}}`, trend]),
    ];
  }

  #steadyTrends(): Array<[string, Trend]> {
    return [
      ["msg_ack_duration", this.ack],
      ["msg_ack_duration_uncorrected", this.ackUncorrected],
      ["msg_delivery_duration", this.delivery],
      ["msg_delivery_duration_uncorrected", this.deliveryUncorrected],
      ["heartbeat_duration", this.heartbeat],
      ["heartbeat_duration_uncorrected", this.heartbeatUncorrected],
      ["event_loop_lag", this.eventLoopLag],
    ];
  }

  #steadyCounters(delivery: DeliveryCounts): Array<[string, number]> {
    return [
      ["msgs_sent", delivery.sent],
      ["msgs_acked", delivery.acked],
      ["msgs_delivered", delivery.delivered],
      ["msgs_lost", delivery.lost],
      ["msgs_duplicated", delivery.duplicated],
      ["msgs_reordered", delivery.reordered],
      ["iterations", this.iterations],
      ["dropped_iterations", this.droppedIterations],
    ];
  }

  #runCounters(traffic: Traffic): Array<[string, number]> {
    return [
      ["pdus_sent", traffic.pdusSent],
      ["pdus_received", traffic.pdusReceived],
      ["bytes_sent", traffic.bytesSent],
      ["bytes_received", traffic.bytesReceived],
      ["kicks", this.kicks],
      ["errors", this.errors.total],
      ...this.errors.kinds.map((kind): [string, number] => [`errors{kind:${kind}}`, this.errors.of(kind)]),
    ];
  }
}
