/** Somebody's hands on a run that goes on: a dashboard's keys, a program's calls. All of it is noted in the result's marks. */
export interface LoadControl {
  /** Nothing new begins until `resume`; devices stay online. The rest of the plan is put off by as long. */
  pause(): void;
  resume(): void;
  /** From now on so many times the planned rate or VUs: 1 = as planned. @throws RangeError unless above 0 and up to 100 */
  scale(factor: number): void;
  /** Names this moment in the series. */
  mark(label: string): void;
  /** Finishes what is under way and reports, as the first Ctrl-C does. */
  stop(): void;
  readonly isPaused: boolean;
  readonly factor: number;
}

/** A moment of a run that has a name. */
export interface LoadMark {
  /** In ms since the run began. */
  readonly atMs: number;
  readonly label: string;
}
