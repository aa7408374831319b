import { type ClientTypeName, clientTypes } from "../../../client/client-type.js";
import type { StartUpStep } from "../../../scenarios/load/start-up.js";
import { pulls } from "./metric-names.js";
import { counterReading, type MetricReading, trendReading } from "./metric-reading.js";
import type { Tags } from "./metric-selector.js";
import { TaggedCounter, Trend } from "./metrics.js";

/** What is measured of some of a run's users: of all of them, or of those of one scenario. */
export class MetricSet {
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
  readonly catchUp = new Trend();
  readonly iterationDuration = new Trend();
  readonly errors = new TaggedCounter();
  readonly pulls: ReadonlyMap<StartUpStep, Trend> = new Map(pulls.map((name) => [name, new Trend()] as const));
  readonly loginBy = new TrendByDevice();
  readonly ackBy = new TrendByDevice();
  readonly deliveryBy = new TrendByDevice();
  readonly groupDeliveryBy = new TrendByDevice();
  kicks = 0;
  iterations = 0;
  droppedIterations = 0;
  sent = 0;

  /** By the names of reports; that of all pulls together is made anew. */
  trends(): Map<string, Trend> {
    const allPulls = new Trend();
    for (const trend of this.pulls.values()) if (trend.count > 0) allPulls.histogram.merge(trend.histogram);
    return new Map([
      ...this.#startUpTrends(),
      ["pull_duration", allPulls],
      ...[...this.pulls].map(([name, trend]): [string, Trend] => [`pull_duration{pull:${name}}`, trend]),
      ...this.#steadyTrends(),
      ...[...this.#byDevice()].flatMap(([metric, trends]) => trends.entries(metric)),
    ]);
  }

  /** What there is, for outputs: every series once, so that those of a metric may be added up. */
  readings(tags: Tags): MetricReading[] {
    const { errors, pulls } = this;
    const trends: [string, Tags, Trend][] = [
      ...[...this.#startUpTrends(), ...this.#steadyTrends()].map(([name, trend]): [string, Tags, Trend] => [
        name,
        tags,
        trend,
      ]),
      ...[...pulls].map(([pull, trend]): [string, Tags, Trend] => ["pull_duration", { ...tags, pull }, trend]),
    ];
    return [
      ...trends.filter(([, , { count }]) => count > 0).map(([name, own, trend]) => trendReading(name, own, trend)),
      ...[...this.#plainCounters()].map(([name, count]) => counterReading(name, tags, count)),
      ...errors.kinds.map((kind) => counterReading("errors", { ...tags, kind }, errors.of(kind))),
    ];
  }

  #startUpTrends(): [string, Trend][] {
    return [
      ["connect_duration", this.connect],
      ["login_duration", this.login],
    ];
  }

  #steadyTrends(): [string, Trend][] {
    return [
      ["msg_ack_duration", this.ack],
      ["msg_ack_duration_uncorrected", this.ackUncorrected],
      ["msg_delivery_duration", this.delivery],
      ["msg_delivery_duration_uncorrected", this.deliveryUncorrected],
      ["group_delivery_duration", this.groupDelivery],
      ["group_delivery_duration_uncorrected", this.groupDeliveryUncorrected],
      ["heartbeat_duration", this.heartbeat],
      ["heartbeat_duration_uncorrected", this.heartbeatUncorrected],
      ["catchup_duration", this.catchUp],
      ["iteration_duration", this.iterationDuration],
    ];
  }

  /** The trend of one kind of device by its name in reports, made when there is none yet; undefined for another name. */
  deviceTrend(name: string): Trend | undefined {
    const [, metric = "", device = ""] = /^(\w+)\{device:(\w+)\}$/.exec(name) ?? [];
    if (!Object.hasOwn(clientTypes, device)) return undefined;
    return this.#byDevice()
      .get(metric)
      ?.of(device as ClientTypeName);
  }

  #byDevice(): Map<string, TrendByDevice> {
    return new Map([
      ["login_duration", this.loginBy],
      ["msg_ack_duration", this.ackBy],
      ["msg_delivery_duration", this.deliveryBy],
      ["group_delivery_duration", this.groupDeliveryBy],
    ]);
  }

  counters(): Map<string, number> {
    return new Map([
      ...this.#plainCounters(),
      ["errors", this.errors.total],
      ...this.errors.kinds.map((kind): [string, number] => [`errors{kind:${kind}}`, this.errors.of(kind)]),
    ]);
  }

  #plainCounters(): [string, number][] {
    return [
      ["msgs_sent", this.sent],
      ["msgs_acked", this.ack.count],
      ["msgs_delivered", this.delivery.count + this.groupDelivery.count],
      ["iterations", this.iterations],
      ["dropped_iterations", this.droppedIterations],
      ["kicks", this.kicks],
    ];
  }
}

/** Durations by the kind of device; one that nobody has costs nothing. */
class TrendByDevice {
  readonly #devices: ClientTypeName[] = [];
  readonly #trends: Trend[] = [];

  /** Hot: there are four kinds at most, of which the name is one and the same string. */
  of(device: ClientTypeName): Trend {
    for (let kind = 0; kind < this.#devices.length; kind++) {
      if (this.#devices[kind] === device) return this.#trends[kind] as Trend;
    }
    const trend = new Trend();
    this.#devices.push(device);
    this.#trends.push(trend);
    return trend;
  }

  entries(metric: string): [string, Trend][] {
    return this.#trends.map((trend, kind) => [`${metric}{device:${this.#devices[kind]}}`, trend]);
  }
}
