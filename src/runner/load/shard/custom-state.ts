import type { MetricSum } from "../find-max/step-measure.js";
import type { CustomMetrics } from "../metrics/custom-metrics.js";
import { Counter, type CustomMetric, type CustomSum, TimedGauge } from "../metrics/custom-sum.js";
import type { Tags } from "../metrics/metric-selector.js";
import { Rate, Trend } from "../metrics/metrics.js";
import { addTrendState, type TrendState, trendState } from "./trend-state.js";

/** `setAtMs` since the start that all shards share; null = it never was. */
interface TimedGaugeState {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly setAtMs: number | null;
}

/** One of them, as the metric's type says. */
export interface SumState {
  readonly trend?: TrendState;
  readonly gauge?: TimedGaugeState;
  readonly rate?: { readonly passes: number; readonly fails: number };
  readonly counter?: number;
}

/** A metric that a scenario file made, with what was counted of it. */
export interface CustomMetricState extends CustomMetric {
  readonly sums: readonly (SumState & { readonly tags: Tags })[];
}

export function customStateOf(custom: CustomMetrics, epochMs: number): CustomMetricState[] {
  return custom.all().map(({ metric, parts }) => ({
    ...metric,
    sums: parts.map(({ tags, sum }) => ({ tags, ...sumState(sum, epochMs) })),
  }));
}

/** Adds a shard's. Of a gauge the latest value is kept, and the extremes of all. @throws RangeError for another type */
export function addCustomState(custom: CustomMetrics, states: readonly CustomMetricState[]): void {
  for (const { sums, ...metric } of states) {
    for (const { tags, ...state } of sums) addSum(custom.sumOf(metric, tags), state, metric.name);
  }
}

export function sumState(sum: CustomSum, epochMs: number): SumState {
  if (sum instanceof Trend) return { trend: trendState(sum) };
  if (sum instanceof Counter) return { counter: sum.count };
  if (sum instanceof Rate) return { rate: { passes: sum.passes, fails: sum.fails } };
  const { value, min, max } = sum.result();
  return { gauge: { value, min, max, setAtMs: Number.isFinite(sum.setAtMs) ? sum.setAtMs - epochMs : null } };
}

/** @throws RangeError when it is of another type */
export function addSum(sum: MetricSum, { trend, gauge, rate, counter }: SumState, name: string): void {
  if (sum instanceof Trend && trend !== undefined) addTrendState(sum, trend);
  else if (sum instanceof Counter && counter !== undefined) sum.count += counter;
  else if (sum instanceof Rate && rate !== undefined) sum.addCounts(rate.passes, rate.fails);
  else if (sum instanceof TimedGauge && gauge !== undefined) addGauge(sum, gauge);
  else throw new RangeError(`${name} has another type in one of them`);
}

function addGauge(sum: TimedGauge, { value, min, max, setAtMs }: TimedGaugeState): void {
  if (setAtMs === null) return;
  const isLatest = setAtMs >= sum.setAtMs;
  const last = isLatest ? value : sum.value;
  for (const each of [min, max, last]) sum.set(each);
  if (isLatest) sum.setAtMs = setAtMs;
}
