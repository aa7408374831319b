import type { ConformanceResult } from "../../runner/conformance/conformance-result.js";

/** A run as JSON, by schemas/conformance-report.schema.json. */
export function conformanceJson(result: ConformanceResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
