import type { Tags } from "../runner/load/metrics/metric-selector.js";

/** How samples stand in a file. */
export interface SampleFormat {
  /** What the file begins with. */
  readonly head: string;
  /** A sample's line, and what has to stand before it. `timeMs` is unix time. */
  linesOf(metric: string, value: number, tags: Tags, timeMs: number): string;
}
