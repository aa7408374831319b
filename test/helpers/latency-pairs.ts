import type { SampleSink } from "../../src/runner/load/metrics/load-metrics.js";

export interface LatencyPair {
  /** From the intended time, in ms. */
  readonly corrected: number;
  /** From the actual send, in ms. */
  readonly uncorrected: number;
}

/** Both latencies of each message, in the order in which they were measured. */
export class LatencyPairs {
  readonly all: LatencyPair[] = [];
  #corrected = 0;

  constructor(private readonly metric: string) {}

  readonly onSample: SampleSink = (metric, value) => {
    if (metric === this.metric) this.#corrected = value;
    if (metric === `${this.metric}_uncorrected`) this.all.push({ corrected: this.#corrected, uncorrected: value });
  };
}

/**
 * What a stall costs one stream, however fast the machine is: a message that was to go `k` intervals after the first one
 * that waits could only be sent when that one was through. So its latency has at least what was left of the stall, and
 * the time before it was sent, which the uncorrected latency leaves out, has too.
 */
export function leastLatenessMs(waitMs: number, intervalMs: number): number[] {
  const least: number[] = [];
  for (let left = waitMs - intervalMs; left > 0; left -= intervalMs) least.push(left);
  return least;
}
