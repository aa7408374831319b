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
    const thresholds = this.run.thresholds.filter((one) => one.metric === metric).map(thresholdOf);
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

/** As k6 has it: its text, or with `abortOnFail` an object. */
function thresholdOf({ expression, abortOnFail, delayAbortEvalMs }: RunView["thresholds"][number]) {
  if (!abortOnFail) return expression;
  const delayAbortEval = delayAbortEvalMs === 0 ? null : goDuration(delayAbortEvalMs);
  return { threshold: expression, abortOnFail, delayAbortEval };
}

/** As Go writes it: `500ms`, `10s`, `1m30s`, `1h0m0s`. */
function goDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}
