import type { CaseResult, RunCounts } from "./conformance-result.js";
import type { Verdict } from "./verdict.js";

/** Of several runs of a case, the one to show: what needs looking at most comes first, what was not judged last. */
const gravity: readonly Verdict[] = [
  "errored",
  "failed",
  "unexpected-pass",
  "expected-failure",
  "unsupported",
  "passed",
  "supported",
  "blocked",
  "skipped",
];

/** Adds a further run of the same case: the gravest verdict and its evidence stay, and how often it passed is counted. */
export function mergeRuns(before: CaseResult, next: CaseResult): CaseResult {
  const graver = gravity.indexOf(next.verdict) < gravity.indexOf(before.verdict) ? next : before;
  const [one, other] = [before.runs ?? countOf(before), next.runs ?? countOf(next)];
  const runs = {
    total: one.total + other.total,
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
  };
  return { ...graver, runs };
}

function countOf({ verdict }: CaseResult): RunCounts {
  const isPass = verdict === "passed" || verdict === "supported" || verdict === "unexpected-pass";
  const isFailure = verdict === "failed" || verdict === "unsupported" || verdict === "expected-failure";
  return { total: 1, passed: Number(isPass), failed: Number(isFailure) };
}

/** It passed once and failed once. */
export function isFlaky({ runs }: CaseResult): boolean {
  return runs !== null && runs.passed > 0 && runs.failed > 0;
}
