import { conformanceConsole } from "../../reports/conformance/conformance-console.js";
import { conformanceJson } from "../../reports/conformance/conformance-json.js";
import { conformanceJunit } from "../../reports/conformance/conformance-junit.js";
import { conformanceMarkdown } from "../../reports/conformance/conformance-markdown.js";
import { conformanceTap } from "../../reports/conformance/conformance-tap.js";
import { conformanceHtml } from "../../reports/html/conformance/conformance-html.js";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { mutantsHtml } from "../../reports/html/mutants/mutants-html.js";
import { loadConsole } from "../../reports/load/load-console.js";
import { loadCsv } from "../../reports/load/load-csv.js";
import { loadJson } from "../../reports/load/load-json.js";
import { loadJunit } from "../../reports/load/load-junit.js";
import { loadK6Summary } from "../../reports/load/load-k6-summary.js";
import type { MutantMatrix } from "../../reports/mutants/mutant-matrix.js";
import { mutantsConsole } from "../../reports/mutants/mutants-console.js";
import type { ConformanceResult } from "../../runner/conformance/conformance-result.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { usageError } from "../command-error.js";
import { suiteWords } from "../conform/suite-words.js";
import { pageAssets } from "./page-assets.js";
import type { FinishedRun } from "./read-run.js";
import type { RunFormat } from "./run-formats.js";

type Renderers<Result> = Partial<Readonly<Record<RunFormat, (result: Result, isStyled: boolean) => string>>>;

const ofLoad: Renderers<LoadResult> = {
  console: loadConsole,
  html: (result) => loadHtml(result, pageAssets("load")),
  json: loadJson,
  junit: loadJunit,
  csv: loadCsv,
  k6: loadK6Summary,
};

const ofConformance: Renderers<ConformanceResult> = {
  console: (result, isStyled) => conformanceConsole(result, { isStyled }),
  json: conformanceJson,
  junit: conformanceJunit,
  tap: conformanceTap,
  markdown: conformanceMarkdown,
};

const ofMutants: Renderers<MutantMatrix> = {
  console: mutantsConsole,
  html: (matrix) => mutantsHtml(matrix, pageAssets("mutants")),
};

/** @throws CommandError when runs do not go together, or not into the format */
export function renderRuns(runs: readonly FinishedRun[], format: RunFormat, isStyled: boolean): string {
  const [first] = runs;
  if (runs.some(({ kind }) => kind !== first?.kind)) {
    throw usageError(
      `runs of different kinds do not go into one report: ${runs.map(({ name, kind }) => `${name} is ${kind}`).join(", ")}`,
    );
  }
  const judged = runs.flatMap((run) => (run.kind === "conformance" ? [run] : []));
  if (judged.length > 0 && format === "html") return conformanceHtml(judged, suiteWords, pageAssets("conformance"));
  if (first === undefined || runs.length > 1) throw usageError(tooMany(first?.kind, format));
  switch (first.kind) {
    case "load":
      return rendererOf(ofLoad, format, first.kind)(first.result, isStyled);
    case "conformance":
      return rendererOf(ofConformance, format, first.kind)(first.result, isStyled);
    case "mutants":
      return rendererOf(ofMutants, format, first.kind)(first.result, isStyled);
  }
}

function tooMany(kind: FinishedRun["kind"] | undefined, format: RunFormat): string {
  if (kind === "conformance")
    return `several conformance runs go into --format html, not ${format}: ttk conform diff compares two`;
  const compare = kind === "load" ? ": ttk report compare <before> <after> is for two" : "";
  return `a report is of one ${kind} run${compare}`;
}

function rendererOf<Result>(renderers: Renderers<Result>, format: RunFormat, kind: string) {
  const found = renderers[format];
  if (found !== undefined) return found;
  const known = kind === "conformance" ? ["html", ...Object.keys(renderers)] : Object.keys(renderers);
  throw usageError(`a ${kind} run has no --format ${format}; there is ${known.join(", ")}`);
}
