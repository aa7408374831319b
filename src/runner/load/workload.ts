import type { PartProgress } from "./part-progress.js";
import type { PartResult } from "./part-result.js";

/**
 * What happens between a run's ramp-up and its drain: it decides who does what when. The run owns devices, oracle,
 * metrics and the clock, and calls; a workload answers and never waits.
 */
export interface Workload {
  begin(nowMs: number): void;
  timerDue(timer: number, dueMs: number): void;
  /** Nothing more is to come: all is done or its time is up. */
  isOver(nowMs: number): boolean;
  /** The steady phase is over, early or not: counts what was meant to happen and did not. Resolves once nobody is at work. */
  end(nowMs: number): void | Promise<void>;
  /** A message of the device was acknowledged. */
  acked(device: number): void;
  /** The device has come online and pulled everything. */
  ready(device: number): void;
  /** Gives up what was meant to happen before now and has not, which then counts as dropped. */
  skipOverdue(nowMs: number): void;
  results(): readonly PartResult[];
  progress(nowMs: number): readonly PartProgress[];
  /** Nothing begins until `resume`; what is left of the plan is put off by as long. */
  pause(nowMs: number): void;
  resume(nowMs: number): void;
  /** From now on so many times the rate, or VUs, of the plan. */
  scale(factor: number, nowMs: number): void;
}
