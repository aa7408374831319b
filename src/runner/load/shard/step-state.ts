import type { StepReading } from "../find-max/find-max-result.js";
import { judgeStep, type StepMeasure } from "../find-max/step-measure.js";
import type { Threshold } from "../metrics/threshold.js";
import { addSumsStates, type SumsState, sumsState } from "./sums-state.js";

/** A step of a search in one process, to be told to whoever sees all of them. */
export interface StepState extends Omit<StepMeasure, "sums"> {
  readonly sums: SumsState;
}

export function stepStateOf({ sums, ...measure }: StepMeasure, epochMs: number): StepState {
  return { ...measure, sums: sumsState(sums, epochMs) };
}

/** The same step of all processes together. @throws RangeError for a histogram that is none */
export function judgeTogether(conditions: readonly Threshold[], states: readonly StepState[]): StepReading {
  const total = (read: (state: StepState) => number) => states.reduce((sum, state) => sum + read(state), 0);
  return judgeStep(conditions, {
    spanMs: Math.max(...states.map(({ spanMs }) => spanMs)),
    acts: total(({ acts }) => acts),
    dropped: total(({ dropped }) => dropped),
    doubts: [...new Set(states.flatMap(({ doubts }) => doubts))],
    sums: addSumsStates(states.map(({ sums }) => sums)),
  });
}
