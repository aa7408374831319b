import type { MetricSum } from "../find-max/step-measure.js";
import { Counter, TimedGauge } from "../metrics/custom-sum.js";
import { Gauge, Rate, Trend } from "../metrics/metrics.js";
import { addSum, type SumState, sumState } from "./custom-state.js";
import { addHighest, type GaugeState, gaugeState } from "./metric-state.js";

/** What some metrics have come to in one process, by name, to be told to whoever sees all of them. */
export type SumsState = Readonly<Record<string, SumState & { readonly level?: GaugeState }>>;

/** Of a gauge it is a share of one process; all others say how many there are. */
const HIGHEST_COUNTS = "generator_busy";

/** `epochMs`: the start that all processes share, on this one's clock. */
export function sumsState(sums: ReadonlyMap<string, MetricSum>, epochMs: number): SumsState {
  return Object.fromEntries([...sums].map(([metric, sum]) => [metric, stateOf(sum, epochMs)]));
}

/** The same of all processes together. @throws RangeError for a histogram that is none */
export function addSumsStates(states: readonly SumsState[]): Map<string, MetricSum> {
  const sums = new Map<string, MetricSum>();
  for (const [metric, { level, ...state }] of states.flatMap((each) => Object.entries(each))) {
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
  if (metric === HIGHEST_COUNTS) addHighest(sum, level);
  else sum.addUp(level);
}

function emptySum({ trend, rate, gauge }: SumState): MetricSum {
  if (trend !== undefined) return new Trend();
  if (rate !== undefined) return new Rate();
  return gauge === undefined ? new Counter() : new TimedGauge();
}
