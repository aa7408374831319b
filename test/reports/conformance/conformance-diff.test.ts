import { describe, expect, it } from "vitest";
import { conformanceDiffText, diffConformance } from "../../../src/reports/conformance/conformance-diff.js";
import type { Verdict } from "../../../src/runner/conformance/verdict.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";

const run = (verdicts: Readonly<Record<string, Verdict>>) =>
  conformanceResult(Object.entries(verdicts).map(([id, verdict]) => caseResult(verdict, { id, actual: null })));

describe("diffConformance", () => {
  it("tells new failures, fixed cases and other changes apart", () => {
    const diff = diffConformance(
      run({ a: "passed", b: "failed", c: "blocked", d: "expected-failure", e: "failed", gone: "passed" }),
      run({ a: "failed", b: "passed", c: "passed", d: "failed", e: "failed", come: "failed" }),
    );
    expect(diff.newFailures.map(({ id }) => id)).toEqual(["a", "d", "come"]);
    expect(diff.fixed.map(({ id }) => id)).toEqual(["b"]);
    expect(diff.changed).toEqual([{ id: "c", before: "blocked", after: "passed", detail: null }]);
    expect([diff.added, diff.removed]).toEqual([["come"], ["gone"]]);
  });

  it("does not take a flaky case for a new failure", () => {
    const flaky = caseResult("failed", { id: "a", runs: { total: 5, passed: 4, failed: 1 } });
    const diff = diffConformance(run({ a: "passed" }), conformanceResult([flaky]));
    expect(diff.newFailures).toEqual([]);
    expect(conformanceDiffText(diff)).toBe("FLAKY (1)\n  a: passed → failed  (passed in 4 of 5 runs, failed in 1)\n");
  });

  it("finds nothing between a run and itself", () => {
    const result = conformanceResult(everyVerdict);
    expect(conformanceDiffText(diffConformance(result, result))).toBe("no difference\n");
  });

  it("shows what failed and how", async () => {
    const before = conformanceResult(everyVerdict.map((each) => ({ ...each, verdict: "passed" as const })));
    const text = conformanceDiffText(diffConformance(before, conformanceResult(everyVerdict)));
    await expect(text).toMatchFileSnapshot("../golden/conformance-diff.txt");
  });
});
