import { checkPattern, holdsPattern } from "./check-pattern.js";
import type { CaseResult } from "./conformance-result.js";
import { isFlaky } from "./merge-runs.js";

/** One thing that a server is known to fail. */
export interface ExpectedFailure {
  /** The case's id, in full. */
  readonly case: string;
  /** Why it fails, and why that is put up with. */
  readonly reason: string;
  /**
   * Only a failure whose expectation holds this text, `*` for anything: another check of the same case that fails is still
   * a failure.
   */
  readonly expected?: string;
  /** Only a failure that got this text, `*` for anything. */
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
  return holdsPattern(result.expected ?? "", expected) && holdsPattern(result.actual ?? "", actual);
}

/**
 * The baseline that makes this run pass: each check that failed, in the order of the suite. Reasons are kept where there were
 * any, and so is what this run could not judge. What failed in some of its runs only is noted as `sometimes`.
 * @param names of the run's accounts, which another run may draw differently
 */
export function baselineFrom(before: Baseline, cases: readonly CaseResult[], names: readonly string[] = []): Baseline {
  const judged = new Map(cases.map((each) => [each.id, each]));
  const known = withoutRepeats(before);
  const kept = known.flatMap((entry) => {
    const result = judged.get(entry.case);
    if (result === undefined || isUnjudged(result) || entry.sometimes) return [entry];
    if (!isFailure(result) || !isAbout(entry, result)) return [];
    return [isFlaky(result) ? { ...entry, sometimes: true } : entry];
  });
  const isKnown = (result: CaseResult) => known.some((entry) => entry.case === result.id && isAbout(entry, result));
  const unknown = cases.filter((result) => result.verdict === "failed" && !isKnown(result));
  const added = unknown.map((result) => ({
    case: result.id,
    reason: `not explained yet: expected ${result.expected ?? "?"}; got ${result.actual ?? "?"}`,
    ...(result.expected === null ? {} : { expected: checkPattern(result.expected, names) }),
    ...(isFlaky(result) ? { sometimes: true } : {}),
  }));
  // A new failure of a case takes the place of the old one, which has not been seen again.
  const addedIds = new Set(added.map((entry) => entry.case));
  return [...kept.filter((entry) => !addedIds.has(entry.case)), ...added].sort(byPlaceIn(cases));
}

/** The first of those about the same check. */
function withoutRepeats(baseline: Baseline): Baseline {
  const checks = new Set<string>();
  return baseline.filter(({ case: id, expected, actual }) => {
    const check = JSON.stringify([id, expected, actual]);
    if (checks.has(check)) return false;
    checks.add(check);
    return true;
  });
}

function isFailure({ verdict }: CaseResult): boolean {
  return verdict === "failed" || verdict === "expected-failure";
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
