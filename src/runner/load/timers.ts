/** Timers of the run's wheel that belong to a workload, numbered from 0. A timer that is due calls `Workload.timerDue`. */
export interface Timers {
  set(timer: number, dueMs: number): void;
  clear(timer: number): void;
}
