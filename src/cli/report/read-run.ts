import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Ajv } from "ajv";
import { hdrPercentiles } from "../../reports/load/hdr-percentiles.js";
import type { MutantMatrix } from "../../reports/mutants/mutant-matrix.js";
import type { ConformanceResult } from "../../runner/conformance/conformance-result.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { type LoadReport, withDefaults, withRuns } from "./earlier-reports.js";
import { readReportInput } from "./report-input.js";

/** A finished run, as its JSON report has it. */
export type FinishedRun =
  | { readonly kind: "load"; readonly name: string; readonly result: LoadResult }
  | { readonly kind: "conformance"; readonly name: string; readonly result: ConformanceResult }
  | { readonly kind: "mutants"; readonly name: string; readonly result: MutantMatrix };
type Kind = FinishedRun["kind"];

const NAME_MAX = 40;

/** @throws CommandError when the file, or stdin for `-`, is no JSON report of a run */
export async function readRun(path: string, host: Host): Promise<FinishedRun> {
  const input = await readReportInput(path, host);
  const { name: file } = input;
  const content = (input.content ?? {}) as Readonly<Record<string, unknown>>;
  const name = basename(file)
    .replace(/\.json$/, "")
    .slice(0, NAME_MAX);
  const kind = kindOf(content);
  if (kind === "load") {
    const report = withDefaults(content as unknown as LoadReport);
    requireSchema(file, kind, report);
    requireHistograms(file, report.metrics);
    return { kind, name, result: loadResultOf(report) };
  }
  if (kind === "conformance") {
    const report = withRuns(content as unknown as ConformanceResult);
    requireSchema(file, kind, report);
    return { kind, name, result: report };
  }
  if (kind === "mutants") {
    requireSchema(file, kind, content);
    return { kind, name, result: content as unknown as MutantMatrix };
  }
  throw usageError(`${file}: is no report of ttk load or ttk conform (--report json=FILE)`);
}

function kindOf(content: Readonly<Record<string, unknown>>): Kind | undefined {
  if (isObject(content.metrics) && isObject(content.delivery) && isObject(content.summary)) return "load";
  if (Array.isArray(content.mutants)) return "mutants";
  return Array.isArray(content.cases) && isObject(content.target) ? "conformance" : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function requireSchema(file: string, kind: Kind, report: object): void {
  const schema = new URL(`../../../schemas/${kind}-report.schema.json`, import.meta.url);
  const check = new Ajv({ allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(schema, "utf8"), allowsMore) as object,
  );
  if (check(report)) return;
  const [first] = check.errors ?? [];
  throw usageError(
    `${file}: is no ${kind} report that this version reads: ${first?.instancePath || "/"} ${first?.message}`,
  );
}

function requireHistograms(file: string, metrics: LoadResult["metrics"]): void {
  for (const [name, metric] of Object.entries(metrics)) {
    try {
      if (metric.type === "trend") hdrPercentiles(metric.hdr);
    } catch {
      throw usageError(`${file}: the hdr of ${name} is no HdrHistogram`);
    }
  }
}

/** What a later version adds to a report does no harm to a reader of this one. */
function allowsMore(key: string, value: unknown): unknown {
  return key === "additionalProperties" && value === false ? undefined : value;
}

function loadResultOf({ summary, delivery, ...report }: LoadReport): LoadResult {
  const { metrics, thresholds, parts, checks, marks, outputs, latencyBoundsMs, series } = report;
  const { passed: _, valid: __, ...facts } = summary;
  const { witnesses, ...counts } = delivery;
  const lists = { metrics, thresholds, parts, checks, marks, outputs, latencyBoundsMs, series };
  return { ...facts, ...lists, delivery: counts, witnesses };
}
