import { Histogram } from "../histogram.js";
import type { LoadMetrics } from "../load-metrics.js";
import type { LoadError } from "../metric-names.js";
import type { MetricSet } from "../metric-set.js";
import type { Gauge, Trend } from "../metrics.js";

/** A histogram in full; `hdr` is HdrHistogram's V2, compressed, base64, of microseconds. */
interface TrendState {
  readonly count: number;
  readonly sumUs: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly hdr: string;
}

interface GaugeState {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** All that a run of a built-in scenario has measured, so that it can be added to what others have. */
export interface MetricsState {
  readonly trends: Readonly<Record<string, TrendState>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<(typeof countNames)[number], number>>;
  readonly users: GaugeState;
  readonly devicesOnline: GaugeState;
}

const countNames = ["sent", "kicks", "iterations", "droppedIterations"] as const;
/** Put together from others whenever it is asked for. */
const SUM_OF_PULLS = "pull_duration";
const LAG = "event_loop_lag";

export function metricsStateOf(metrics: LoadMetrics): MetricsState {
  const { all } = metrics;
  const counts = { sent: 0, kicks: 0, iterations: 0, droppedIterations: 0 };
  for (const name of countNames) counts[name] = all[name];
  return {
    trends: Object.fromEntries([...trendsOf(metrics)].filter(([, trend]) => trend.count > 0).map(trendEntry)),
    errors: Object.fromEntries(all.errors.kinds.map((kind) => [kind, all.errors.of(kind)])),
    counts,
    users: gaugeState(metrics.users),
    devicesOnline: gaugeState(metrics.devicesOnline),
  };
}

/** Adds a shard's metrics. Gauges are added up, their extremes too. @throws RangeError for a histogram that is none */
export function addMetricsState(metrics: LoadMetrics, state: MetricsState): void {
  const trends = trendsOf(metrics);
  for (const [name, { count, sumUs, minUs, maxUs, hdr }] of Object.entries(state.trends)) {
    const trend = trends.get(name) ?? metrics.all.deviceTrend(name);
    if (trend === undefined) throw new RangeError(`there is no metric ${name}`);
    trend.histogram.merge(Histogram.fromHdrBase64(hdr, { count, sumUs, minUs, maxUs }));
  }
  for (const [kind, count] of Object.entries(state.errors)) metrics.errors.add(kind as LoadError, count);
  for (const name of countNames)
    (metrics.all as Pick<MetricSet, (typeof countNames)[number]>)[name] += state.counts[name];
  addGauge(metrics.users, state.users);
  addGauge(metrics.devicesOnline, state.devicesOnline);
}

function trendsOf(metrics: LoadMetrics): Map<string, Trend> {
  const trends = metrics.all.trends().set(LAG, metrics.eventLoopLag);
  trends.delete(SUM_OF_PULLS);
  return trends;
}

function trendEntry([name, { histogram }]: [string, Trend]): [string, TrendState] {
  const { count, sumUs, minUs, maxUs } = histogram;
  return [name, { count, sumUs, minUs, maxUs, hdr: histogram.toHdrBase64() }];
}

function gaugeState(gauge: Gauge): GaugeState {
  const { value, min, max } = gauge.result();
  return { value, min, max };
}

function addGauge(gauge: Gauge, { value, min, max }: GaugeState): void {
  const before = gauge.result();
  gauge.set(before.min + min);
  gauge.set(before.max + max);
  gauge.set(before.value + value);
}
