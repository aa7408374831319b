import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFlaky, mergeRuns } from "../../../src/runner/conformance/merge-runs.js";
import { type Verdict, verdicts } from "../../../src/runner/conformance/verdict.js";
import { caseResult } from "../../helpers/conformance-case.js";

function merged(...given: Verdict[]) {
  return given.map((verdict) => caseResult(verdict, { id: "frm.a", actual: verdict })).reduce(mergeRuns);
}

describe("mergeRuns", () => {
  it("counts what passed and failed, and shows the gravest", () => {
    const result = merged("passed", "failed", "passed", "blocked");
    expect(result).toMatchObject({ verdict: "failed", actual: "failed", runs: { total: 4, passed: 2, failed: 1 } });
    expect(isFlaky(result)).toBe(true);
  });

  it("does not call flaky what always comes to the same, or could not be judged now and then", () => {
    expect(isFlaky(merged("passed", "passed", "blocked"))).toBe(false);
    expect(isFlaky(merged("failed", "expected-failure"))).toBe(false);
    expect(isFlaky(caseResult("failed"))).toBe(false);
  });

  it("comes to the same verdict and counts in whatever order the runs ended", () => {
    const some = fc.array(fc.constantFrom(...verdicts), { minLength: 1 });
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (given, keys) => {
        const keyed = given.map((verdict) => ({ verdict, key: keys.next().value as number }));
        const other = keyed.sort((a, b) => a.key - b.key).map(({ verdict }) => verdict);
        const [one, two] = [merged(...given), merged(...other)];
        expect([one.verdict, one.runs]).toEqual([two.verdict, two.runs]);
      }),
    );
  });
});
