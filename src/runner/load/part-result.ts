import type { FindMaxResult } from "./find-max/find-max-result.js";

/** What became of one scenario of a scenario file, or of a search for the highest rate. */
export interface PartResult {
  readonly name: string;
  readonly executor: string;
  readonly vusMax: number;
  /** Those that ended by themselves, failed ones included. */
  readonly iterations: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly dropped: number;
  readonly findMax: FindMaxResult | null;
}
