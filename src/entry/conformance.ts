/** `import … from "teamtalk-testkit/conformance"`: the cases, how to run them, and how to write your own. */
export { ExpectationError } from "../client/expectation-error.js";
export { conformanceConsole } from "../reports/conformance/conformance-console.js";
export { conformanceJson } from "../reports/conformance/conformance-json.js";
export { conformanceJunit } from "../reports/conformance/conformance-junit.js";
export { conformanceMarkdown } from "../reports/conformance/conformance-markdown.js";
export { conformanceTap } from "../reports/conformance/conformance-tap.js";
export type { Baseline, ExpectedFailure } from "../runner/conformance/baseline.js";
export type { ConformanceEvent } from "../runner/conformance/conformance-event.js";
export type {
  CaseResult,
  ConformanceResult,
  ConformanceSummary,
  Outcome,
} from "../runner/conformance/conformance-result.js";
export { type ConformanceOptions, runConformance } from "../runner/conformance/run-conformance.js";
export { type SelectedCase, type Selection, SelectionError, selectCases } from "../runner/conformance/select-cases.js";
export type { Verdict } from "../runner/conformance/verdict.js";
export { allCases } from "../scenarios/conformance/all-cases.js";
export type { CaseContext, LoginOptions } from "../scenarios/conformance/case-context.js";
export { type CaseRole, caseRoles } from "../scenarios/conformance/case-role.js";
export type { CaseNeeds, ConformanceCase, Level } from "../scenarios/conformance/conformance-case.js";
export { defineCase } from "../scenarios/conformance/define-case.js";
export { expectEqual, expectThat } from "../scenarios/conformance/expect-that.js";
