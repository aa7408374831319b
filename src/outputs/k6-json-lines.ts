import { containedIn } from "../runner/load/metrics/metric-content.js";
import { selectorOf, type Tags } from "../runner/load/metrics/metric-selector.js";
import type { RunView } from "./output.js";
import type { SampleFormat } from "./sample-format.js";

/**
 * The lines of k6's `--out json`: a `Metric` line before the first sample of each metric, then a `Point` for each sample.
 * Fields are in k6's order; times are UTC.
 */
export class K6JsonLines implements SampleFormat {
  readonly head = "";
  readonly #seen = new Set<string>();
  #timeMs = -1;
  #time = "";

  constructor(private readonly run: Pick<RunView, "kindOf" | "thresholds">) {}

  linesOf(metric: string, value: number, tags: Tags, timeMs: number): string {
    if (timeMs !== this.#timeMs) {
      this.#timeMs = timeMs;
      this.#time = new Date(timeMs).toISOString();
    }
    const data = { time: this.#time, value, tags };
    const point = `${JSON.stringify({ metric, type: "Point", data })}\n`;
    if (this.#seen.has(metric)) return point;
    this.#seen.add(metric);
    return this.#metricLine(metric) + point;
  }

  #metricLine(metric: string): string {
    const kind = this.run.kindOf(metric) ?? { type: "gauge" };
    const thresholds = this.run.thresholds.filter((one) => one.metric === metric).map(({ expression }) => expression);
    const submetrics = this.#submetricsOf(metric);
    const data = {
      name: metric,
      type: kind.type,
      contains: containedIn(metric, kind),
      thresholds,
      submetrics: submetrics.length > 0 ? submetrics : null,
    };
    return `${JSON.stringify({ type: "Metric", data, metric })}\n`;
  }

  /** As k6 has them: those that a threshold is about. */
  #submetricsOf(metric: string) {
    const names = new Set(this.run.thresholds.map((one) => one.metric));
    return [...names].flatMap((name) => {
      const selector = selectorOf(name);
      if (selector.name !== metric || name === metric) return [];
      return [{ name, suffix: name.slice(metric.length + 1, -1), tags: selector.tags }];
    });
  }
}
