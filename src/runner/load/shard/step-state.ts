import type { StepReading } from "../find-max/find-max-result.js";
import { judgeStep, type StepMeasure } from "../find-max/step-measure.js";
import { Counter } from "../metrics/custom-sum.js";
import type { Threshold } from "../metrics/threshold.js";
import { addSumsStates, type SumsState, sumsState } from "./sums-state.js";

/** A step of a search in one process, to be told to whoever sees all of them. */
export interface StepState extends Omit<StepMeasure, "sums"> {
  readonly sums: SumsState;
  /** Since the run began, deliveries that other processes must see, less those of theirs that were seen here; absent where that says nothing. */
  readonly open?: number;
}

/** What a step came to between processes, by the metrics that count it. */
export type StepFaults = Readonly<Partial<Record<`msgs_${StepFault}`, number>>>;
export type StepFault = "lost" | "duplicated" | "reordered" | "corrupted";

export function stepStateOf({ sums, ...measure }: StepMeasure, epochMs: number): StepState {
  return { ...measure, sums: sumsState(sums, epochMs) };
}

/** The same step of all processes together. @throws RangeError for a histogram that is none */
export function judgeTogether(
  conditions: readonly Threshold[],
  states: readonly StepState[],
  between: StepFaults = {},
): StepReading {
  const total = (read: (state: StepState) => number) => states.reduce((sum, state) => sum + read(state), 0);
  const sums = addSumsStates(states.map((state) => state.sums));
  for (const [metric, count] of Object.entries(between)) {
    const sum = sums.get(metric);
    if (sum instanceof Counter) sum.count += count;
  }
  return judgeStep(conditions, {
    spanMs: Math.max(...states.map(({ spanMs }) => spanMs)),
    acts: total(({ acts }) => acts),
    dropped: total(({ dropped }) => dropped),
    lost: total(({ lost }) => lost) + (between.msgs_lost ?? 0),
    doubts: [...new Set(states.flatMap(({ doubts }) => doubts))],
    sums,
  });
}
