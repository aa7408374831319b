import type { CaseResult, ConformanceSummary, Outcome } from "./conformance-result.js";
import { isFlaky } from "./merge-runs.js";
import { type Verdict, verdicts } from "./verdict.js";

export interface SummaryOptions {
  /** A SHOULD that fails fails the run. */
  readonly strict: boolean;
  readonly isInterrupted: boolean;
  readonly durationMs: number;
}

/** Counts the verdicts and says what the run comes to. */
export function summarize(cases: readonly CaseResult[], options: SummaryOptions): ConformanceSummary {
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of cases) counts[verdict]++;
  const warnings = options.strict ? 0 : cases.filter(isFailedShould).length;
  return {
    total: cases.length,
    ...counts,
    warnings,
    flaky: cases.filter(isFlaky).length,
    outcome: outcomeOf(counts, warnings, options.isInterrupted),
    durationMs: Math.round(options.durationMs),
  };
}

function isFailedShould({ verdict, level }: CaseResult): boolean {
  return verdict === "failed" && level === "should";
}

function outcomeOf(counts: Record<Verdict, number>, warnings: number, isInterrupted: boolean): Outcome {
  if (isInterrupted) return "interrupted";
  if (counts.errored > 0) return "errored";
  if (counts.failed > warnings) return "failed";
  if (counts["unexpected-pass"] > 0) return "stale-baseline";
  if (counts.blocked > 0) return "blocked";
  return "held";
}
