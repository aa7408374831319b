import { Counter, TimedGauge } from "../custom-sum.js";
import type { StepReading } from "../find-max-search.js";
import { Gauge, Rate, Trend } from "../metrics.js";
import { judgeStep, type MetricSum, type StepMeasure } from "../step-measure.js";
import type { Threshold } from "../threshold.js";
import { addSum, type SumState, sumState } from "./custom-state.js";
import { addGauge, type GaugeState, gaugeState } from "./metric-state.js";

/** A step of a search in one process, to be told to whoever sees all of them. */
export interface StepState extends Omit<StepMeasure, "sums"> {
  readonly sums: Readonly<Record<string, SumState & { readonly level?: GaugeState }>>;
}

/** Of a gauge it is a share of one process; all others say how many there are. */
const HIGHEST_COUNTS = "generator_busy";

export function stepStateOf({ sums, ...measure }: StepMeasure, epochMs: number): StepState {
  const entries = [...sums].map(([metric, sum]) => [metric, stateOf(sum, epochMs)] as const);
  return { ...measure, sums: Object.fromEntries(entries) };
}

/** The same step of all processes together. @throws RangeError for a histogram that is none */
export function judgeTogether(conditions: readonly Threshold[], states: readonly StepState[]): StepReading {
  const total = (read: (state: StepState) => number) => states.reduce((sum, state) => sum + read(state), 0);
  return judgeStep(conditions, {
    spanMs: Math.max(...states.map(({ spanMs }) => spanMs)),
    acts: total(({ acts }) => acts),
    dropped: total(({ dropped }) => dropped),
    doubts: [...new Set(states.flatMap(({ doubts }) => doubts))],
    sums: sumsOf(states),
  });
}

function sumsOf(states: readonly StepState[]): Map<string, MetricSum> {
  const sums = new Map<string, MetricSum>();
  for (const [metric, { level, ...state }] of states.flatMap(({ sums: each }) => Object.entries(each))) {
    const sum = sums.get(metric) ?? (level === undefined ? emptySum(state) : new Gauge());
    sums.set(metric, sum);
    if (level === undefined) addSum(sum, state, metric);
    else if (sum instanceof Gauge) addLevel(sum, level, metric);
  }
  return sums;
}

function stateOf(sum: MetricSum, epochMs: number): SumState & { readonly level?: GaugeState } {
  if (sum instanceof Gauge && !(sum instanceof TimedGauge)) return { level: gaugeState(sum) };
  return sumState(sum, epochMs);
}

function addLevel(sum: Gauge, level: GaugeState, metric: string): void {
  if (metric !== HIGHEST_COUNTS) return addGauge(sum, level);
  for (const value of [level.max, Math.max(sum.value, level.value)]) sum.set(value);
}

function emptySum({ trend, rate, gauge }: SumState): MetricSum {
  if (trend !== undefined) return new Trend();
  if (rate !== undefined) return new Rate();
  return gauge === undefined ? new Counter() : new TimedGauge();
}
