import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Ajv } from "ajv";
import type { ConformanceResult } from "../../runner/conformance/conformance-result.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { usageError } from "../command-error.js";

/** A finished run, as its JSON report has it. */
export type FinishedRun =
  | { readonly kind: "load"; readonly name: string; readonly result: LoadResult }
  | { readonly kind: "conformance"; readonly name: string; readonly result: ConformanceResult };
type Kind = FinishedRun["kind"];

const SIZE_MAX_BYTES = 512 * 1024 * 1024;
const NAME_MAX = 40;

/** @throws CommandError when the file is no JSON report of `ttk load` or `ttk conform` */
export async function readRun(file: string, cwd: string): Promise<FinishedRun> {
  const content = await readJson(file, cwd);
  const name = basename(file)
    .replace(/\.json$/, "")
    .slice(0, NAME_MAX);
  const kind = kindOf(content);
  if (kind === "load") {
    const report = withDefaults(content as unknown as LoadReport);
    requireSchema(file, kind, report);
    return { kind, name, result: loadResultOf(report) };
  }
  if (kind === "conformance") {
    const report = withRuns(content as unknown as ConformanceResult);
    requireSchema(file, kind, report);
    return { kind, name, result: report };
  }
  throw usageError(`${file}: is no report of ttk load or ttk conform (--report json=FILE)`);
}

async function readJson(file: string, cwd: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readFile(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`${file}: cannot be read (${error.code})`);
  });
  if (bytes.length > SIZE_MAX_BYTES) throw usageError(`${file}: larger than ${SIZE_MAX_BYTES} bytes`);
  try {
    return (JSON.parse(bytes.toString("utf8")) ?? {}) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw usageError(`${file}: is not JSON (${(error as Error).message.split("\n")[0]})`);
  }
}

function kindOf(content: Readonly<Record<string, unknown>>): Kind | undefined {
  if (isObject(content.metrics) && isObject(content.delivery) && isObject(content.summary)) return "load";
  return Array.isArray(content.cases) && isObject(content.target) ? "conformance" : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function requireSchema(file: string, kind: Kind, report: object): void {
  const schema = new URL(`../../../schemas/${kind}-report.schema.json`, import.meta.url);
  const check = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(schema, "utf8")) as object);
  if (check(report)) return;
  const [first] = check.errors ?? [];
  throw usageError(
    `${file}: is no ${kind} report that this version reads: ${first?.instancePath || "/"} ${first?.message}`,
  );
}

type Summary = Omit<LoadResult, "metrics" | "thresholds" | "delivery" | "witnesses" | "latencyBoundsMs" | "series">;

interface LoadReport extends Pick<LoadResult, "metrics" | "thresholds" | "latencyBoundsMs" | "series"> {
  readonly summary: Summary & { readonly passed: boolean; readonly valid: boolean };
  readonly delivery: LoadResult["delivery"] & Pick<LoadResult, "witnesses">;
}

/** Reports of 0.1.0's first days say less. */
function withDefaults(report: LoadReport): LoadReport {
  const series = Array.isArray(report.series) ? report.series : [];
  return {
    ...report,
    summary: {
      ...report.summary,
      stages: report.summary.stages ?? [],
      environment: report.summary.environment ?? null,
    },
    latencyBoundsMs: report.latencyBoundsMs ?? [],
    series: series.map((second) => ({
      ...second,
      ackCounts: second.ackCounts ?? [],
      deliveryCounts: second.deliveryCounts ?? [],
    })),
  };
}

function loadResultOf({ summary, metrics, thresholds, delivery, latencyBoundsMs, series }: LoadReport): LoadResult {
  const { passed: _, valid: __, ...facts } = summary;
  const { witnesses, ...counts } = delivery;
  return { ...facts, metrics, thresholds, delivery: counts, witnesses, latencyBoundsMs, series };
}

function withRuns(report: ConformanceResult): ConformanceResult {
  return {
    ...report,
    cases: report.cases.map((each) => (isObject(each) ? { ...each, runs: each.runs ?? null } : each)),
  };
}
