import type { OutputResult } from "../runner/load/load-result.js";
import type { SampleSink } from "../runner/load/metrics/load-metrics.js";
import type { MetricContent } from "../runner/load/metrics/metric-content.js";
import type { MetricReading } from "../runner/load/metrics/metric-reading.js";
import type { Tags } from "../runner/load/metrics/metric-selector.js";
import type { Threshold } from "../runner/load/metrics/threshold.js";

/** Where metrics go while a run goes on. Nothing that happens to it ends the run. */
export interface Output {
  /** Wanted by outputs that take every value; others leave it out, so that nobody pays for it. */
  readonly onSample?: SampleSink;
  /** Once a second. */
  onSecond(): void;
  /** The run is over: sends what is left, for a few seconds at most, and says what became of everything. */
  close(): Promise<OutputResult>;
}

/** What outputs know of the run. */
export interface RunView {
  /** Wall clock, unix time in ms. */
  readonly nowMs: () => number;
  /** Empty before the run has begun. */
  readonly readings: () => readonly MetricReading[];
  /** Undefined for what is no metric of this run. */
  readonly kindOf: (metric: string) => MetricContent | undefined;
  readonly thresholds: readonly Pick<Threshold, "metric" | "expression" | "abortOnFail" | "delayAbortEvalMs">[];
  /** Of everything that is sent. */
  readonly tags: Tags;
  /** Tells the person who started the run, in one line. */
  readonly warn: (text: string) => void;
  /** Version of this package. */
  readonly toolkit: string;
}

/** How long `close` takes at most. */
export const FLUSH_TIMEOUT_MS = 5000;
