import type { LoadEvent, LoadPhase, LoadSnapshot, SecondCounts } from "./load-event.js";
import type { LoadMetrics } from "./metrics/load-metrics.js";
import type { MetricReading } from "./metrics/metric-reading.js";
import type { PolledSamples } from "./metrics/polled-samples.js";
import type { OthersView, SecondWatch } from "./second-watch.js";

const SECOND_MS = 1000;

interface SecondsSources {
  readonly watch: SecondWatch;
  readonly metrics: LoadMetrics;
  readonly polled: PolledSamples | undefined;
  readonly readings: () => readonly MetricReading[];
  readonly others: (nowMs: number) => OthersView;
  readonly onEvent: ((event: LoadEvent) => void) | undefined;
}

/** What happens once a second: the series grows, and whoever watches is told. */
export class RunSeconds {
  readonly series: LoadSnapshot[] = [];
  /** What was counted in each of them. */
  readonly counts: SecondCounts[] = [];
  #nextMs = SECOND_MS;

  constructor(private readonly sources: SecondsSources) {}

  isOver(nowMs: number): boolean {
    return nowMs >= this.#nextMs;
  }

  /** Of shards that begin together at `epochMs`, seconds end together. */
  end(nowMs: number, phase: LoadPhase, epochMs: number): void {
    const { watch, metrics, polled, readings, others, onEvent } = this.sources;
    const { snapshot, counts, live } = watch.take(nowMs, phase, others(nowMs));
    this.series.push(snapshot);
    this.counts.push(counts);
    metrics.busyShare.set(snapshot.busyShare);
    polled?.take(readings());
    const phaseMs = epochMs % SECOND_MS;
    this.#nextMs = (Math.floor((nowMs - phaseMs) / SECOND_MS) + 1) * SECOND_MS + phaseMs;
    onEvent?.({ type: "second", snapshot, counts, live });
  }
}
