import type { LoadResult } from "../../runner/load/load-result.js";

/** Changes when a reader of an earlier report would misunderstand a later one. */
const LOAD_REPORT_SCHEMA_VERSION = 1;

/** A run as JSON, by schemas/load-report.schema.json. */
export function loadJson(result: LoadResult): string {
  const {
    metrics,
    thresholds,
    delivery,
    witnesses,
    latencyBoundsMs,
    parts,
    checks,
    setupData: _,
    summaryTrends: __,
    marks,
    series,
    outputs,
    ...summary
  } = result;
  const report = {
    schemaVersion: LOAD_REPORT_SCHEMA_VERSION,
    summary: { ...summary, passed: result.failures.length === 0, valid: result.invalid.length === 0 },
    metrics,
    thresholds,
    delivery: { ...delivery, witnesses },
    parts,
    checks,
    marks,
    outputs,
    latencyBoundsMs,
    series,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
