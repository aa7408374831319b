import { LoadMetrics } from "../metrics/load-metrics.js";
import type { LoadError } from "../metrics/metric-names.js";
import type { Tags } from "../metrics/metric-selector.js";
import type { MetricSet } from "../metrics/metric-set.js";
import { Gauge, type Trend } from "../metrics/metrics.js";
import { addCustomState, type CustomMetricState, customStateOf } from "./custom-state.js";
import { addTrendState, type TrendState, trendState } from "./trend-state.js";

export interface GaugeState {
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** What is measured of some of the users. */
interface SetState {
  readonly trends: Readonly<Record<string, TrendState>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<(typeof countNames)[number], number>>;
}

/** What a scenario file has beside: its scenarios' own sums, in their order, and the metrics that it makes. */
interface ScriptState {
  readonly parts: readonly (SetState & { readonly tags: Tags })[];
  readonly custom: readonly CustomMetricState[];
  readonly vus: GaugeState;
  readonly vusMax: GaugeState;
}

/** All that a run has measured, so that it can be added to what others have. */
export interface MetricsState extends SetState {
  readonly users: GaugeState;
  readonly devicesOnline: GaugeState;
  readonly generatorBusy: GaugeState;
  readonly script?: ScriptState;
}

const countNames = ["sent", "kicks", "iterations", "droppedIterations"] as const;
/** Put together from others whenever it is asked for. */
const SUM_OF_PULLS = "pull_duration";
const LAG = "event_loop_lag";

/** `epochMs`: the start that all shards share, on this run's clock. */
export function metricsStateOf(metrics: LoadMetrics, epochMs: number): MetricsState {
  const script = scriptStateOf(metrics, epochMs);
  return {
    ...setState(metrics.all, new Map([[LAG, metrics.eventLoopLag]])),
    users: gaugeState(metrics.users),
    devicesOnline: gaugeState(metrics.devicesOnline),
    generatorBusy: gaugeState(metrics.busyShare),
    ...(script === undefined ? {} : { script }),
  };
}

/** Metrics to which those of shards can be added that are like this one. */
export function emptyMetricsLike({ script }: MetricsState): LoadMetrics {
  if (script === undefined) return new LoadMetrics();
  const parts = script.parts.map(({ tags }) => ({ tags, firstUser: 0, endUser: 0 }));
  const metrics = new LoadMetrics(parts, script.custom);
  metrics.vus = new Gauge();
  metrics.vusMax = new Gauge();
  return metrics;
}

/** Adds a shard's metrics. Gauges are added up, their extremes too; the busiest generator counts. @throws RangeError for a histogram that is none */
export function addMetricsState(metrics: LoadMetrics, state: MetricsState): void {
  addSetState(metrics.all, state, new Map([[LAG, metrics.eventLoopLag]]));
  metrics.users.addUp(state.users);
  metrics.devicesOnline.addUp(state.devicesOnline);
  addHighest(metrics.busyShare, state.generatorBusy);
  const { script } = state;
  if (script === undefined) return;
  for (const [index, part] of script.parts.entries()) {
    const set = metrics.parts[index]?.set;
    if (set === undefined) throw new RangeError("it has more scenarios than another one");
    addSetState(set, part);
  }
  addCustomState(metrics.custom, script.custom);
  if (metrics.vus !== undefined) metrics.vus.addUp(script.vus);
  if (metrics.vusMax !== undefined) metrics.vusMax.addUp(script.vusMax);
}

function scriptStateOf({ parts, custom, vus, vusMax }: LoadMetrics, epochMs: number): ScriptState | undefined {
  if (vus === undefined || vusMax === undefined) return undefined;
  return {
    parts: parts.map(({ tags, set }) => ({ tags, ...setState(set) })),
    custom: customStateOf(custom, epochMs),
    vus: gaugeState(vus),
    vusMax: gaugeState(vusMax),
  };
}

function setState(set: MetricSet, others?: ReadonlyMap<string, Trend>): SetState {
  const counts = { sent: 0, kicks: 0, iterations: 0, droppedIterations: 0 };
  for (const name of countNames) counts[name] = set[name];
  const trends = [...trendsOf(set, others)].filter(([, trend]) => trend.count > 0);
  return {
    trends: Object.fromEntries(trends.map(([name, trend]) => [name, trendState(trend)])),
    errors: Object.fromEntries(set.errors.kinds.map((kind) => [kind, set.errors.of(kind)])),
    counts,
  };
}

function addSetState(set: MetricSet, state: SetState, others?: ReadonlyMap<string, Trend>): void {
  const trends = trendsOf(set, others);
  for (const [name, added] of Object.entries(state.trends)) {
    const trend = trends.get(name) ?? set.deviceTrend(name);
    if (trend === undefined) throw new RangeError(`there is no metric ${name}`);
    addTrendState(trend, added);
  }
  for (const [kind, count] of Object.entries(state.errors)) set.errors.add(kind as LoadError, count);
  for (const name of countNames) set[name] += state.counts[name];
}

function trendsOf(set: MetricSet, others: ReadonlyMap<string, Trend> = new Map()): Map<string, Trend> {
  const trends = new Map([...set.trends(), ...others]);
  trends.delete(SUM_OF_PULLS);
  return trends;
}

export function gaugeState(gauge: Gauge): GaugeState {
  const { value, min, max } = gauge.result();
  return { value, min, max };
}

/** Of a gauge that is a share of one process, which no sum of several is. */
export function addHighest(gauge: Gauge, { value, max }: GaugeState): void {
  for (const each of [max, Math.max(gauge.value, value)]) gauge.set(each);
}
