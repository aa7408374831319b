import { ExpectationError } from "../../src/client/expectation-error.js";
import type { CaseResult } from "../../src/runner/conformance/conformance-result.js";
import type { Verdict } from "../../src/runner/conformance/verdict.js";
import type { ConformanceCase } from "../../src/scenarios/conformance/conformance-case.js";

/** A case that says nothing of a server; what a test is about is overridden. */
export function caseOf(overrides: Partial<ConformanceCase> & { readonly id: string }): ConformanceCase {
  return {
    role: "msg",
    requirements: ["FRM-01"],
    level: "must",
    title: `does what ${overrides.id} is about`,
    why: "clients break",
    needs: {},
    tags: [],
    waitsForTimeout: false,
    judgesLogin: false,
    run: async () => {},
    ...overrides,
  };
}

/** The run of a case whose server fails it. */
export async function failing(): Promise<void> {
  throw new ExpectationError("an answer", "nothing");
}

/** What became of a case, as reports are given it. */
export function caseResult(verdict: Verdict, overrides: Partial<CaseResult> = {}): CaseResult {
  return {
    id: `frm.${verdict}`,
    requirements: ["FRM-01"],
    level: "must",
    title: "does what is asked",
    verdict,
    durationMs: 12.3,
    expected: null,
    actual: null,
    reason: null,
    trace: [],
    capture: null,
    runs: null,
    rerun: `ttk conform 127.0.0.1:8000 --only frm.${verdict}`,
    ...overrides,
  };
}
