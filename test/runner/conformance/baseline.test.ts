import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Baseline,
  baselineFrom,
  type ExpectedFailure,
  inViewOf,
} from "../../../src/runner/conformance/baseline.js";
import { verdicts } from "../../../src/runner/conformance/verdict.js";
import { caseResult } from "../../helpers/conformance-case.js";

const failed = caseResult("failed", { id: "frm.a", expected: "a close", actual: "it is still open" });
const passed = caseResult("passed", { id: "frm.a" });
const entry = { case: "frm.a", reason: "known since 2014" };

describe("a verdict in view of a baseline", () => {
  it("expects a failure that is known, and keeps its evidence", () => {
    expect(inViewOf([entry], failed)).toEqual({ ...failed, verdict: "expected-failure", reason: "known since 2014" });
  });

  it("does not expect a pass", () => {
    expect(inViewOf([entry], passed)).toMatchObject({
      verdict: "unexpected-pass",
      reason: "expected to fail: known since 2014",
    });
  });

  it("takes either for what fails by chance", () => {
    const byChance = [{ ...entry, sometimes: true }];
    expect(inViewOf(byChance, passed)).toEqual(passed);
    expect(inViewOf(byChance, failed).verdict).toBe("expected-failure");
  });

  it("expects no other failure than the one that is known", () => {
    const about = (texts: { expected?: string; actual?: string }) => inViewOf([{ ...entry, ...texts }], failed).verdict;
    expect(about({ expected: "close" })).toBe("expected-failure");
    expect(about({ expected: "close", actual: "open" })).toBe("expected-failure");
    expect(about({ expected: "close", actual: "refused" })).toBe("failed");
    expect(about({ actual: "a close" })).toBe("failed");
    const either = [
      { ...entry, actual: "refused" },
      { ...entry, actual: "open" },
    ];
    expect(inViewOf(either, failed).verdict).toBe("expected-failure");
  });

  it("leaves other cases and verdicts alone", () => {
    expect(inViewOf([{ ...entry, case: "frm.ab" }], failed)).toBe(failed);
    for (const verdict of verdicts.filter((each) => each !== "passed" && each !== "failed")) {
      const result = caseResult(verdict, { id: "frm.a" });
      expect(inViewOf([entry], result)).toBe(result);
    }
  });
});

describe("the baseline from a run", () => {
  it("holds what failed, with a text to be replaced by a reason", () => {
    expect(baselineFrom([], [passed, failed])).toEqual([
      { case: "frm.a", reason: "not explained yet: expected a close; got it is still open", expected: "a close" },
    ]);
  });

  it("names the check, whoever the users are, so that another check of the case is still a failure", () => {
    const late = { id: "msg.a", expected: "0x0302 with seq_num 7 on bob pc within 500 ms", actual: "nothing" };
    const [entry] = baselineFrom([], [caseResult("failed", late)], ["bob", "alice"]);
    expect(entry?.expected).toBe("0x0302 with seq_num * on * pc within * ms");
    const verdictOf = (expected: string) => {
      return inViewOf([entry as ExpectedFailure], caseResult("failed", { ...late, expected })).verdict;
    };
    expect(verdictOf("0x0302 with seq_num 31 on alice pc within 2000 ms")).toBe("expected-failure");
    expect(verdictOf("0x0304 with seq_num 7 on bob pc within 500 ms")).toBe("failed");
  });

  it("notes what failed in some of its runs only as a matter of chance", () => {
    const runs = { total: 5, passed: 3, failed: 2 };
    expect(baselineFrom([], [{ ...failed, runs }])).toMatchObject([{ case: "frm.a", sometimes: true }]);
    expect(baselineFrom([entry], [{ ...failed, runs }])).toEqual([{ ...entry, sometimes: true }]);
  });

  it("keeps the reasons of a file that the run has not looked at, and none twice", () => {
    expect(baselineFrom([entry, entry], [failed])).toEqual([entry]);
    expect(baselineFrom([{ ...entry, expected: "another" }], [failed])).toMatchObject([{ expected: "a close" }]);
  });

  it("keeps reasons, and what the run has not judged, and drops what passes now", () => {
    const before: Baseline = [
      { case: "frm.not-run", reason: "one" },
      { case: "frm.blocked", reason: "two" },
      { case: "frm.a", reason: "three", actual: "open" },
      { case: "frm.fixed", reason: "four" },
      { case: "frm.racy", reason: "five", sometimes: true },
    ];
    const cases = [
      inViewOf(before, failed),
      caseResult("blocked", { id: "frm.blocked" }),
      inViewOf(before, caseResult("passed", { id: "frm.fixed" })),
      inViewOf(before, caseResult("passed", { id: "frm.racy" })),
    ];
    const kept = ["frm.a", "frm.blocked", "frm.racy", "frm.not-run"];
    expect(baselineFrom(before, cases)).toEqual(kept.map((id) => before.find((each) => each.case === id)));
  });

  it("makes the run that it came from pass", () => {
    const results = fc.array(fc.constantFrom(failed, passed, caseResult("failed", { id: "frm.b" })), { maxLength: 2 });
    const baselines = fc.array(
      fc.record({ case: fc.constantFrom("frm.a", "frm.b"), reason: fc.constant("r"), actual: fc.constant("open") }),
    );
    fc.assert(
      fc.property(results, baselines, (given, before) => {
        const cases = [...new Map(given.map((each) => [each.id, each])).values()];
        const after = baselineFrom(
          before,
          cases.map((each) => inViewOf(before, each)),
        );
        const verdictsAfter = cases.map((each) => inViewOf(after, each).verdict);
        expect(verdictsAfter.filter((verdict) => verdict === "failed" || verdict === "unexpected-pass")).toEqual([]);
      }),
    );
  });
});
