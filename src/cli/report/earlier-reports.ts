import type { ConformanceResult } from "../../runner/conformance/conformance-result.js";
import type { LoadResult } from "../../runner/load/load-result.js";

type Lists = Pick<
  LoadResult,
  "metrics" | "thresholds" | "parts" | "checks" | "marks" | "outputs" | "latencyBoundsMs" | "series"
>;
type Summary = Omit<LoadResult, keyof Lists | "delivery" | "witnesses">;

/** The JSON report of a load run. */
export interface LoadReport extends Lists {
  readonly summary: Summary & { readonly passed: boolean; readonly valid: boolean };
  readonly delivery: LoadResult["delivery"] & Pick<LoadResult, "witnesses">;
}

/** Counts of later versions: nothing was looked for, so nothing was found. */
const notLookedFor = {
  diverged: 0,
  readsExpected: 0,
  readsTold: 0,
  historyChecked: 0,
  notInHistory: 0,
  unreadChecked: 0,
  unreadWrong: 0,
} as const satisfies Partial<LoadResult["delivery"]>;

/** A report of any earlier version in the shape of this one; what is no report at all stays what it is. */
export function withDefaults(report: LoadReport): LoadReport {
  const { summary, delivery } = report;
  return {
    ...report,
    summary: {
      ...summary,
      processes: summary.processes ?? 1,
      stages: summary.stages ?? [],
      environment: summary.environment ?? null,
      abortedBy: summary.abortedBy ?? null,
      serverFaults: summary.serverFaults ?? [],
    },
    thresholds: each(report.thresholds, (threshold) => ({ ...threshold, actual: threshold.actual ?? null })),
    delivery: {
      ...notLookedFor,
      ...delivery,
      witnesses: each(delivery.witnesses, (witness) => ({
        ...witness,
        token: witness.token ?? null,
        arrived: witness.arrived ?? null,
        detail: witness.detail ?? null,
        pdus: witness.pdus ?? [],
      })),
    },
    parts: report.parts ?? [],
    checks: report.checks ?? [],
    marks: report.marks ?? [],
    outputs: report.outputs ?? [],
    latencyBoundsMs: report.latencyBoundsMs ?? [],
    series: each(report.series, (second) => ({
      ...second,
      vus: second.vus ?? second.users,
      iterationsPerSecond: second.iterationsPerSecond ?? 0,
      droppedIterations: second.droppedIterations ?? 0,
      ackCounts: second.ackCounts ?? [],
      deliveryCounts: second.deliveryCounts ?? [],
    })),
  };
}

/** The same for a conformance run. */
export function withRuns(report: ConformanceResult): ConformanceResult {
  return {
    ...report,
    target: { ...report.target, fingerprint: report.target.fingerprint ?? null },
    cases: each(report.cases, (one) => ({ ...one, runs: one.runs ?? null, capture: one.capture ?? null })),
  };
}

/** Each entry that is an object; the schema says later what is wrong with the others. */
function each<T>(list: readonly T[], change: (entry: T) => T): readonly T[] {
  if (!Array.isArray(list)) return list;
  return list.map((entry: T) => (typeof entry === "object" && entry !== null ? change(entry) : entry));
}
