import { expect, it } from "vitest";
import { problemsOf } from "../../../scripts/conform-all/judge-cell.js";
import type { CaseResult } from "../../../src/runner/conformance/conformance-result.js";
import type { Verdict } from "../../../src/runner/conformance/verdict.js";

function caseWith(verdict: Verdict, more: Partial<CaseResult> = {}): CaseResult {
  return { id: `a.${verdict}`, verdict, expected: "an answer", actual: "silence", ...more } as CaseResult;
}

it("calls a cell sound for what held, was expected to fail or is optional, and for nothing else", () => {
  const cases = [
    ...(["passed", "expected-failure", "supported", "unsupported"] as const).map((verdict) => caseWith(verdict)),
    caseWith("failed"),
    caseWith("unexpected-pass", { reason: "in the baseline, and passed" }),
    caseWith("blocked", { reason: "no second server" }),
    caseWith("errored", { reason: "a bug" }),
  ];
  expect(problemsOf({ cases, durationMs: 1 })).toEqual([
    "a.failed: failed: expected an answer; got silence",
    "a.unexpected-pass: unexpected-pass: in the baseline, and passed",
    "a.blocked: blocked: no second server",
    "a.errored: errored: a bug",
  ]);
});
