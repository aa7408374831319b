import type { SampleSink } from "./load-metrics.js";
import type { MetricReading } from "./metric-reading.js";

/** Counters that the oracle and the links keep, of which no call says when they grow. */
const polledCounters: ReadonlySet<string> = new Set([
  "msgs_acked",
  "msgs_delivered",
  "msgs_lost",
  "msgs_duplicated",
  "msgs_reordered",
  "msgs_corrupted",
  "msgs_misdelivered",
  "msgs_diverged",
  "msgs_not_in_history",
  "unread_wrong",
  "pdus_sent",
  "pdus_received",
  "bytes_sent",
  "bytes_received",
  "untagged_values",
]);
const polledGauges: ReadonlySet<string> = new Set(["vus", "vus_max", "devices_online", "generator_busy"]);

/** Makes samples of what is not measured value by value: of counters what came since the last time, of gauges the value. */
export class PolledSamples {
  readonly #last = new Map<string, number>();

  constructor(private readonly sink: SampleSink) {}

  take(readings: readonly MetricReading[]): void {
    for (const reading of readings) {
      if (reading.type === "gauge" && polledGauges.has(reading.name)) {
        this.sink(reading.name, reading.value, reading.tags);
      }
      if (reading.type !== "counter" || !polledCounters.has(reading.name)) continue;
      const key = `${reading.name} ${JSON.stringify(reading.tags)}`;
      const change = reading.count - (this.#last.get(key) ?? 0);
      this.#last.set(key, reading.count);
      if (change > 0) this.sink(reading.name, change, reading.tags);
    }
  }
}
