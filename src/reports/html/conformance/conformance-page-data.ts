import type { CaseResult, ConformanceResult } from "../../../runner/conformance/conformance-result.js";
import type { Verdict } from "../../../runner/conformance/verdict.js";
import { type MostBlocked, mostBlocked } from "../../conformance/blocked-cases.js";
import { flakyText, isWarning } from "../../conformance/case-words.js";
import { type Wire, WireLog } from "./wire-entry.js";

/** A requirement's own words. */
interface RequirementWords {
  readonly clauses: readonly { readonly level: string; readonly text: string }[];
  /** What the original servers do instead. */
  readonly teamtalk: string | null;
}

/** What the suite says about cases and requirements; results only name them. */
export interface SuiteWords {
  readonly requirement: (id: string) => RequirementWords | undefined;
  /** What goes wrong for people when a server fails the case. */
  readonly why: (caseId: string) => string | undefined;
}

/** One column of the matrix. */
export interface NamedRun {
  readonly name: string;
  readonly result: ConformanceResult;
}

/** A failed SHOULD is a warning, unless the run is strict. */
export type ShownVerdict = Verdict | "warning";

export interface ShownResult
  extends Pick<CaseResult, "durationMs" | "expected" | "actual" | "reason" | "capture" | "rerun"> {
  readonly verdict: ShownVerdict;
  readonly flaky: string | null;
  readonly wire: Wire;
}

export interface ShownCase extends Pick<CaseResult, "id" | "requirements" | "level" | "title"> {
  readonly why: string | null;
  /** One for each run; null where it was not run. */
  readonly results: readonly (ShownResult | null)[];
}

interface ShownRun extends Pick<ConformanceResult, "summary" | "target"> {
  readonly name: string;
  readonly mostBlocked: MostBlocked | null;
}

export interface ConformancePageData {
  readonly runs: readonly ShownRun[];
  /** By id, in the order in which cases come to them. */
  readonly requirements: Readonly<Record<string, RequirementWords>>;
  readonly cases: readonly ShownCase[];
}

export function conformancePageData(runs: readonly NamedRun[], words: SuiteWords): ConformancePageData {
  const wires = new WireLog();
  const byId = runs.map(({ result }) => new Map(result.cases.map((each) => [each.id, each])));
  const all = new Map(runs.flatMap(({ result }) => result.cases.map((each) => [each.id, each] as const)));
  const requirementIds = [...new Set([...all.values()].flatMap(({ requirements }) => requirements))].sort();
  return {
    runs: runs.map(({ name, result: { summary, target, cases } }) => ({
      name,
      summary,
      target,
      mostBlocked: mostBlocked(cases) ?? null,
    })),
    requirements: Object.fromEntries(
      requirementIds.map((id) => [id, words.requirement(id) ?? { clauses: [], teamtalk: null }]),
    ),
    cases: [...all.values()].map(({ id, requirements, level, title }) => ({
      id,
      requirements,
      level,
      title,
      why: words.why(id) ?? null,
      results: runs.map(({ result }, index) => {
        const own = byId[index]?.get(id);
        return own === undefined ? null : shown(own, result.target.strict, wires);
      }),
    })),
  };
}

function shown(result: CaseResult, isStrict: boolean, wires: WireLog): ShownResult {
  const { durationMs, expected, actual, reason, capture, rerun, verdict } = result;
  return {
    verdict: isWarning(result, isStrict) ? "warning" : verdict,
    durationMs,
    expected,
    actual,
    reason,
    capture,
    rerun,
    flaky: flakyText(result) ?? null,
    wire: wires.of(result),
  };
}
