import type { ClientTypeName } from "../../../client/client-type.js";
import type { StartUpStep } from "../../../scenarios/load/start-up.js";
import type { DeliveryCounts } from "../oracle/delivery-counts.js";
import type { Aggregate } from "./aggregate.js";
import { CustomMetrics } from "./custom-metrics.js";
import { Counter, type CustomMetric, type CustomSum, readSum } from "./custom-sum.js";
import { bucketOf, recordableUs } from "./histogram.js";
import { keptByScenario, type LoadError, metricKindOf } from "./metric-names.js";
import type { MetricPart } from "./metric-part.js";
import { counterReading, gaugeReading, type MetricReading, trendReading } from "./metric-reading.js";
import { hasTags, type MetricSelector, selectorOf, type Tags } from "./metric-selector.js";
import { MetricSet } from "./metric-set.js";
import { counterResult, Gauge, type MetricResult, Trend } from "./metrics.js";

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

/** Called for each value as it is measured, for outputs that want every one. Times in ms. */
export type SampleSink = (metric: string, value: number, tags: Tags) => void;

const NO_TAGS: Tags = {};
/** What a dashboard shows of each second, beside the pulls by name. */
const secondNames = ["connect", "login", "message ack", "message delivery", "heartbeat"] as const;

/**
 * Everything that a run measures, under the names of the reports. Latency counts from the moment that an act was meant to
 * happen, so that a server which stalls is charged for what could not be sent meanwhile; `…Uncorrected` counts from the
 * moment of sending. Rates of what belongs to the steady phase are over that phase, others over the run.
 */
export class LoadMetrics {
  readonly all = new MetricSet();
  readonly eventLoopLag = new Trend();
  /** Users with a device online. */
  readonly users = new Gauge();
  readonly devicesOnline = new Gauge();
  /** Share of the last second that the generator's event loop was at work. */
  readonly busyShare = new Gauge();
  /** Virtual users at work, when they are not simply the users online; and how many there can be. */
  vus: Gauge | undefined;
  vusMax: Gauge | undefined;
  readonly custom = new CustomMetrics();
  /** Latencies of the current second, by what was waited for. */
  readonly second: ReadonlyMap<string, Trend>;
  /** What users of each scenario do, beside what all do. */
  readonly parts: readonly (MetricPart & { readonly set: MetricSet })[];
  /** What users do who belong to no scenario of several: those of setup and teardown. */
  #rest: MetricSet | undefined;
  readonly #secondAck: Trend;
  readonly #secondDelivery: Trend;

  constructor(
    parts: readonly MetricPart[] = [],
    customMetrics: readonly CustomMetric[] = [],
    private readonly sink?: SampleSink,
  ) {
    this.parts = parts.map((part) => ({ ...part, set: new MetricSet() }));
    for (const metric of customMetrics) this.custom.declare(metric);
    const pullNames = [...this.all.pulls.keys()].map((name) => `pull ${name}`);
    this.second = new Map([...secondNames, ...pullNames].map((name) => [name, new Trend()]));
    this.#secondAck = this.second.get("message ack") as Trend;
    this.#secondDelivery = this.second.get("message delivery") as Trend;
  }

  get errors() {
    return this.all.errors;
  }

  get iterations(): number {
    return this.all.iterations;
  }

  get droppedIterations(): number {
    return this.all.droppedIterations;
  }

  connected(user: number, durationMs: number): void {
    this.all.connect.recordMs(durationMs);
    this.#partOf(user)?.connect.recordMs(durationMs);
    this.second.get("connect")?.recordMs(durationMs);
    this.sink?.("connect_duration", durationMs, this.tagsOf(user));
  }

  loggedIn(user: number, device: ClientTypeName, durationMs: number): void {
    for (const set of [this.all, this.#partOf(user)]) {
      set?.login.recordMs(durationMs);
      set?.loginBy.of(device).recordMs(durationMs);
    }
    this.second.get("login")?.recordMs(durationMs);
    this.sink?.("login_duration", durationMs, { ...this.tagsOf(user), device });
  }

  pullDone(user: number, pull: Exclude<StartUpStep, "login">, durationMs: number): void {
    this.all.pulls.get(pull)?.recordMs(durationMs);
    this.#partOf(user)?.pulls.get(pull)?.recordMs(durationMs);
    this.second.get(`pull ${pull}`)?.recordMs(durationMs);
    this.sink?.("pull_duration", durationMs, { ...this.tagsOf(user), pull });
  }

  /** A device that came back has pulled and read all that it missed. */
  caughtUp(user: number, durationMs: number): void {
    this.all.catchUp.recordMs(durationMs);
    this.#partOf(user)?.catchUp.recordMs(durationMs);
    this.sink?.("catchup_duration", durationMs, this.tagsOf(user));
  }

  messageSent(user: number): void {
    this.all.sent++;
    const part = this.#partOf(user);
    if (part !== undefined) part.sent++;
    this.sink?.("msgs_sent", 1, this.tagsOf(user));
  }

  /** Hot. */
  ackDone(user: number, device: ClientTypeName, ms: number, uncorrectedMs: number): void {
    // Where a value goes is worked out once for all histograms that it goes into.
    const us = recordableUs(ms * 1000);
    const bucket = bucketOf(us);
    const uncorrectedUs = recordableUs(uncorrectedMs * 1000);
    const uncorrectedBucket = bucketOf(uncorrectedUs);
    this.all.ack.histogram.record(us, bucket);
    this.all.ackBy.of(device).histogram.record(us, bucket);
    this.all.ackUncorrected.histogram.record(uncorrectedUs, uncorrectedBucket);
    this.#secondAck.histogram.record(us, bucket);
    const part = this.#partOf(user);
    if (part !== undefined) {
      part.ack.histogram.record(us, bucket);
      part.ackBy.of(device).histogram.record(us, bucket);
      part.ackUncorrected.histogram.record(uncorrectedUs, uncorrectedBucket);
    }
    if (this.sink === undefined) return;
    const tags = { ...this.tagsOf(user), device };
    this.sink("msg_ack_duration", ms, tags);
    this.sink("msg_ack_duration_uncorrected", uncorrectedMs, tags);
  }

  /** Hot. `user` is who sent the message, `device` what it came to. */
  deliveryDone(user: number, device: ClientTypeName, isGroup: boolean, ms: number, uncorrectedMs: number): void {
    const { all } = this;
    const us = recordableUs(ms * 1000);
    const bucket = bucketOf(us);
    const uncorrectedUs = recordableUs(uncorrectedMs * 1000);
    const uncorrectedBucket = bucketOf(uncorrectedUs);
    (isGroup ? all.groupDelivery : all.delivery).histogram.record(us, bucket);
    (isGroup ? all.groupDeliveryBy : all.deliveryBy).of(device).histogram.record(us, bucket);
    const uncorrected = isGroup ? all.groupDeliveryUncorrected : all.deliveryUncorrected;
    uncorrected.histogram.record(uncorrectedUs, uncorrectedBucket);
    this.#secondDelivery.histogram.record(us, bucket);
    const part = this.#partOf(user);
    if (part !== undefined) {
      (isGroup ? part.groupDelivery : part.delivery).histogram.record(us, bucket);
      (isGroup ? part.groupDeliveryBy : part.deliveryBy).of(device).histogram.record(us, bucket);
      const ofPart = isGroup ? part.groupDeliveryUncorrected : part.deliveryUncorrected;
      ofPart.histogram.record(uncorrectedUs, uncorrectedBucket);
    }
    if (this.sink === undefined) return;
    const tags = { ...this.tagsOf(user), device };
    this.sink(isGroup ? "group_delivery_duration" : "msg_delivery_duration", ms, tags);
    this.sink(
      isGroup ? "group_delivery_duration_uncorrected" : "msg_delivery_duration_uncorrected",
      uncorrectedMs,
      tags,
    );
  }

  heartbeatDone(user: number, ms: number, uncorrectedMs: number): void {
    this.all.heartbeat.recordMs(ms);
    this.all.heartbeatUncorrected.recordMs(uncorrectedMs);
    const part = this.#partOf(user);
    part?.heartbeat.recordMs(ms);
    part?.heartbeatUncorrected.recordMs(uncorrectedMs);
    this.second.get("heartbeat")?.recordMs(ms);
    this.sink?.("heartbeat_duration", ms, this.tagsOf(user));
    this.sink?.("heartbeat_duration_uncorrected", uncorrectedMs, this.tagsOf(user));
  }

  /** An act or an iteration has happened. */
  iterationDone(user: number, durationMs?: number): void {
    this.all.iterations++;
    const part = this.#partOf(user);
    if (part !== undefined) part.iterations++;
    this.sink?.("iterations", 1, this.tagsOf(user));
    if (durationMs === undefined) return;
    this.all.iterationDuration.recordMs(durationMs);
    part?.iterationDuration.recordMs(durationMs);
    this.sink?.("iteration_duration", durationMs, this.tagsOf(user));
  }

  /** What was meant to happen and did not. `user` is any of those who were meant to. */
  iterationsDropped(user: number, count: number): void {
    if (count === 0) return;
    this.all.droppedIterations += count;
    const part = this.#partOf(user);
    if (part !== undefined) part.droppedIterations += count;
    this.sink?.("dropped_iterations", count, this.tagsOf(user));
  }

  kicked(user: number): void {
    this.all.kicks++;
    const part = this.#partOf(user);
    if (part !== undefined) part.kicks++;
    this.sink?.("kicks", 1, this.tagsOf(user));
  }

  error(user: number, kind: LoadError): void {
    this.all.errors.add(kind);
    this.#partOf(user)?.errors.add(kind);
    this.sink?.("errors", 1, { ...this.tagsOf(user), kind });
  }

  /** The event loop was so late. */
  lagged(ms: number): void {
    this.eventLoopLag.recordMs(ms);
    this.sink?.("event_loop_lag", ms, NO_TAGS);
  }

  /** `atMs` on the run's clock. */
  customAdded(name: string, value: number, tags: Tags, atMs: number): void {
    this.custom.add(name, value, tags, atMs);
    this.sink?.(name, value, tags);
  }

  tagsOf(user: number): Tags {
    for (const part of this.parts) if (user >= part.firstUser && user < part.endUser) return part.tags;
    return NO_TAGS;
  }

  /** A threshold looks at this: sub-metrics of a file's own metrics are counted only when somebody does. */
  watch(metric: string): void {
    const { name, tags } = selectorOf(metric);
    if (Object.keys(tags).length > 0) this.custom.watch(name, tags);
  }

  /** By name, as reports show them. A trend without values is left out: it has no percentiles. */
  results(moment: Moment, watched: readonly string[] = []): Record<string, MetricResult> {
    const results: Record<string, MetricResult> = {};
    for (const [name, trend] of this.#trends()) {
      if (trend.count > 0) results[name] = trend.result(spanOf(name, moment));
    }
    for (const [name, count] of this.#counters(moment)) results[name] = counterResult(count, spanOf(name, moment));
    for (const [name, gauge] of this.#gauges()) results[name] = gauge.result();
    for (const metric of watched) {
      const part = this.#resultOfPart(metric, moment);
      if (part !== undefined) results[metric] ??= part;
    }
    return { ...results, ...this.custom.results(moment.runMs) };
  }

  /**
   * Everything as it stands, for outputs: what is kept by scenario under the scenarios' tags, the rest without any. Each
   * value is in one reading only, so that those of a metric may be added up. Trends without values are left out.
   */
  readings(moment: Moment): MetricReading[] {
    const isSplit = this.parts.length > 0;
    const sets = isSplit ? this.parts.flatMap(({ tags, set }) => set.readings(tags)) : this.all.readings(NO_TAGS);
    const rest = this.#rest?.readings(NO_TAGS) ?? [];
    const { eventLoopLag } = this;
    const elsewhere = this.#countedElsewhere(moment);
    return [
      ...sets.filter(({ name }) => isSplit || !elsewhere.has(name)),
      ...rest,
      ...[...elsewhere]
        .filter(([name]) => !isSplit || !keptByScenario.has(name))
        .map(([name, count]) => counterReading(name, NO_TAGS, count)),
      ...(eventLoopLag.count > 0 ? [trendReading("event_loop_lag", NO_TAGS, eventLoopLag)] : []),
      ...[...this.#gauges()].map(([name, gauge]) => gaugeReading(name, NO_TAGS, gauge)),
      ...this.custom.readings(),
    ];
  }

  /** What a threshold looks at. `undefined` when nothing was measured. */
  read(metric: string, aggregate: Aggregate, moment: Moment): number | undefined {
    const sum = this.sumOf(metric, moment);
    return sum === undefined ? undefined : readSum(sum, aggregate, spanOf(metric, moment));
  }

  /** What a metric has come to; undefined when there is no such metric, or nobody watches those tags. */
  sumOf(metric: string, moment: Moment): CustomSum | Gauge | undefined {
    const selector = selectorOf(metric);
    const { name, tags } = selector;
    if (this.custom.has(name)) return this.custom.find(name, tags);
    if (metricKindOf(name)?.type === "gauge") return this.#gauges().get(name);
    if (metricKindOf(name)?.type === "trend") return this.#trendOf(selector);
    const counter = new Counter();
    counter.count = this.#countIn(selector, moment);
    return counter;
  }

  /** The trend that a selector means: one of the run's, or what the scenarios it names have together. */
  #trendOf(selector: MetricSelector): Trend | undefined {
    if (selector.name === "event_loop_lag") return this.eventLoopLag;
    const { sets, label } = this.#setsFor(selector);
    if (sets.length === 1) return sets[0]?.trends().get(label);
    const together = new Trend();
    for (const set of sets) {
      const trend = set.trends().get(label);
      if (trend !== undefined && trend.count > 0) together.histogram.merge(trend.histogram);
    }
    return together;
  }

  #countIn(selector: MetricSelector, moment: Moment): number {
    const { sets, label } = this.#setsFor(selector);
    // Errors of a kind that never happened have no counter yet.
    if (sets[0] === this.all) return this.#counters(moment).get(label) ?? 0;
    return sets.reduce((sum, set) => sum + (set.counters().get(label) ?? 0), 0);
  }

  /** The sets whose users have the selector's tags, and the name within a set. */
  #setsFor({ name, tags }: MetricSelector): { readonly sets: readonly MetricSet[]; readonly label: string } {
    const own = metricKindOf(name)?.tag?.name;
    const { [own ?? ""]: value, ...rest } = tags;
    const label = value === undefined ? name : `${name}{${own}:${value}}`;
    if (Object.keys(rest).length === 0) return { sets: [this.all], label };
    return { sets: this.parts.filter((part) => hasTags(part.tags, rest)).map(({ set }) => set), label };
  }

  #resultOfPart(metric: string, moment: Moment): MetricResult | undefined {
    const selector = selectorOf(metric);
    if (this.custom.has(selector.name) || Object.keys(selector.tags).length === 0) return undefined;
    const spanMs = spanOf(selector.name, moment);
    if (metricKindOf(selector.name)?.type === "counter") return counterResult(this.#countIn(selector, moment), spanMs);
    const trend = this.#trendOf(selector);
    return trend === undefined || trend.count === 0 ? undefined : trend.result(spanMs);
  }

  #partOf(user: number): MetricSet | undefined {
    for (const part of this.parts) if (user >= part.firstUser && user < part.endUser) return part.set;
    if (this.parts.length === 0) return undefined;
    this.#rest ??= new MetricSet();
    return this.#rest;
  }

  #gauges(): Map<string, Gauge> {
    return new Map([
      ["vus", this.vus ?? this.users],
      ...(this.vusMax === undefined ? [] : [["vus_max", this.vusMax] as const]),
      ["devices_online", this.devicesOnline],
      ["generator_busy", this.busyShare],
    ]);
  }

  #trends(): Map<string, Trend> {
    return this.all.trends().set("event_loop_lag", this.eventLoopLag);
  }

  #counters(moment: Moment): Map<string, number> {
    return new Map([...this.all.counters(), ...this.#countedElsewhere(moment)]);
  }

  #countedElsewhere({ delivery, traffic }: Moment): Map<string, number> {
    return new Map([
      ["msgs_sent", delivery.sent],
      ["msgs_acked", delivery.acked],
      ["msgs_delivered", delivery.delivered],
      ["msgs_lost", delivery.lost],
      ["msgs_duplicated", delivery.duplicated],
      ["msgs_reordered", delivery.reordered],
      ["msgs_corrupted", delivery.corrupted],
      ["msgs_misdelivered", delivery.misdelivered],
      ["msgs_diverged", delivery.diverged],
      ["msgs_not_in_history", delivery.notInHistory],
      ["unread_wrong", delivery.unreadWrong],
      ["pdus_sent", traffic.pdusSent],
      ["pdus_received", traffic.pdusReceived],
      ["bytes_sent", traffic.bytesSent],
      ["bytes_received", traffic.bytesReceived],
    ]);
  }
}

/** The span over which a metric's rates are, in ms. */
export function spanOf(metric: string, { steadyMs, runMs }: Pick<Moment, "steadyMs" | "runMs">): number {
  return metricKindOf(metric.replace(/\{.*/, ""))?.over === "steady" ? steadyMs : runMs;
}
