/** How far a scenario of the run is, for whoever watches. */
export interface PartProgress {
  readonly name: string;
  /** As k6 calls it, or `users` for a built-in scenario whose users act by think times. */
  readonly executor: string;
  /** `stage 2 of 5`, `step 3: 400/s`, `waiting`, `running`, `done`. */
  readonly stage: string;
  /** From 0 to 1. */
  readonly share: number;
  /** Until it ends as planned; null = by no time. */
  readonly timeLeftMs: number | null;
  /** Acts or iterations a second that are meant to begin now; null = VUs go as fast as they can. */
  readonly ratePerSecond: number | null;
  readonly vus: number;
}
