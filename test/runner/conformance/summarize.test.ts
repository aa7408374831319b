import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../src/runner/conformance/conformance-result.js";
import { summarize } from "../../../src/runner/conformance/summarize.js";
import { type Verdict, verdicts } from "../../../src/runner/conformance/verdict.js";
import type { Level } from "../../../src/scenarios/conformance/conformance-case.js";
import { caseResult } from "../../helpers/conformance-case.js";

function outcomeOf(given: readonly Verdict[], { strict = false, isInterrupted = false, level = "must" as Level } = {}) {
  const cases = given.map((verdict) => caseResult(verdict, { level }));
  return summarize(cases, { strict, isInterrupted, durationMs: 1 }).outcome;
}

describe("summarize", () => {
  it.each<[Verdict[], Outcome]>([
    [[], "held"],
    [["passed"], "held"],
    [["passed", "skipped", "supported", "unsupported", "expected-failure"], "held"],
    [["passed", "blocked"], "blocked"],
    [["blocked", "unexpected-pass"], "stale-baseline"],
    [["blocked", "unexpected-pass", "failed"], "failed"],
    [["blocked", "unexpected-pass", "failed", "errored"], "errored"],
  ])("says of %s that the run %s", (given, outcome) => {
    expect(outcomeOf(given)).toBe(outcome);
    expect(outcomeOf([...given].reverse())).toBe(outcome);
  });

  it("says of an interrupted run that it was, whatever else happened", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...verdicts)), (given) => {
        expect(outcomeOf(given, { isInterrupted: true })).toBe("interrupted");
      }),
    );
  });

  it("takes a failed SHOULD for a warning, and for a failure when strict", () => {
    const cases = [caseResult("failed", { level: "should" }), caseResult("passed")];
    const options = { isInterrupted: false, durationMs: 1 };
    expect(summarize(cases, { ...options, strict: false })).toMatchObject({ failed: 1, warnings: 1, outcome: "held" });
    expect(summarize(cases, { ...options, strict: true })).toMatchObject({ failed: 1, warnings: 0, outcome: "failed" });
  });

  it("does not let a warning hide a MUST that failed", () => {
    const cases = [caseResult("failed", { level: "should" }), caseResult("failed")];
    const summary = summarize(cases, { strict: false, isInterrupted: false, durationMs: 1 });
    expect(summary).toMatchObject({ failed: 2, warnings: 1, outcome: "failed" });
  });

  it("counts every verdict once", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...verdicts)), (given) => {
        const summary = summarize(
          given.map((verdict) => caseResult(verdict)),
          { strict: false, isInterrupted: false, durationMs: 1234.5 },
        );
        expect(summary.total).toBe(given.length);
        expect(verdicts.reduce((sum, verdict) => sum + summary[verdict], 0)).toBe(given.length);
        expect(summary.durationMs).toBe(1235);
      }),
    );
  });
});
