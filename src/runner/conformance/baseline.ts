import type { CaseResult } from "./conformance-result.js";

/** One thing that a server is known to fail. */
export interface ExpectedFailure {
  /** The case's id, in full. */
  readonly case: string;
  /** Why it fails, and why that is put up with. */
  readonly reason: string;
  /** Only a failure whose expectation holds this text: another check of the same case that fails is still a failure. */
  readonly expected?: string;
  /** Only a failure that got this text. */
  readonly actual?: string;
  /** It fails by chance, as in a race: a pass does not make the baseline stale. */
  readonly sometimes?: boolean;
}

/** What `--baseline` holds; the same case may stand in it several times, for different failures. */
export type Baseline = readonly ExpectedFailure[];

/** The case's verdict in view of what is known: `failed` may be expected, and a pass unexpected. */
export function inViewOf(baseline: Baseline, result: CaseResult): CaseResult {
  const entries = baseline.filter((entry) => entry.case === result.id);
  if (entries.length === 0) return result;
  if (result.verdict === "failed") {
    const known = entries.find((entry) => isAbout(entry, result));
    return known === undefined
      ? { ...result, reason: "the baseline expects this case to fail, but otherwise" }
      : { ...result, verdict: "expected-failure", reason: known.reason };
  }
  if (result.verdict !== "passed" || entries.some(({ sometimes }) => sometimes)) return result;
  return { ...result, verdict: "unexpected-pass", reason: `expected to fail: ${entries[0]?.reason}` };
}

function isAbout({ expected = "", actual = "" }: ExpectedFailure, result: CaseResult): boolean {
  return (result.expected ?? "").includes(expected) && (result.actual ?? "").includes(actual);
}

/**
 * The baseline that makes this run pass: what failed, in the order of the suite. Reasons are kept where there were any, and
 * so is what this run could not judge.
 */
export function baselineFrom(before: Baseline, cases: readonly CaseResult[]): Baseline {
  const judged = new Map(cases.map((each) => [each.id, each]));
  const kept = before.filter((entry) => {
    const result = judged.get(entry.case);
    if (result === undefined || isUnjudged(result)) return true;
    return entry.sometimes || (result.verdict === "expected-failure" && isAbout(entry, result));
  });
  const unknown = cases.filter(({ verdict }) => verdict === "failed");
  const added = unknown.map(({ id, expected, actual }) => ({
    case: id,
    reason: `not explained yet: expected ${expected ?? "?"}; got ${actual ?? "?"}`,
  }));
  // A new failure of a case takes the place of the old one, which has not been seen again.
  const addedIds = new Set(added.map((entry) => entry.case));
  return [...kept.filter((entry) => !addedIds.has(entry.case)), ...added].sort(byPlaceIn(cases));
}

function isUnjudged({ verdict }: CaseResult): boolean {
  return verdict === "blocked" || verdict === "skipped" || verdict === "errored";
}

/** Entries for cases that were not run stand last, in their order. */
function byPlaceIn(cases: readonly CaseResult[]): (a: ExpectedFailure, b: ExpectedFailure) => number {
  const places = new Map(cases.map(({ id }, index) => [id, index]));
  const placeOf = (entry: ExpectedFailure) => places.get(entry.case) ?? cases.length;
  return (a, b) => placeOf(a) - placeOf(b);
}
