import { escapeControls } from "../../codec/record/printable.js";
import type { CaseResult, ConformanceResult } from "../../runner/conformance/conformance-result.js";
import type { Verdict } from "../../runner/conformance/verdict.js";
import { casesText, flakyText } from "./case-words.js";

export interface ConformanceDiff {
  /** Failed now, and did not before; cases that are new to the suite among them. */
  readonly newFailures: readonly Change[];
  /** Failed before, and passed now. */
  readonly fixed: readonly Change[];
  /** Passed and failed within one of the runs. */
  readonly flaky: readonly Change[];
  /** Any other change of verdict. */
  readonly changed: readonly Change[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Change {
  readonly id: string;
  readonly before: Verdict | null;
  readonly after: Verdict;
  readonly detail: string | null;
}

const failures: ReadonlySet<Verdict | null> = new Set(["failed", "errored"]);
const passes: ReadonlySet<Verdict | null> = new Set(["passed", "unexpected-pass"]);

/** What became different between two runs, by the cases' ids. */
export function diffConformance(before: ConformanceResult, after: ConformanceResult): ConformanceDiff {
  const old = new Map(before.cases.map((each) => [each.id, each]));
  const ids = new Set(after.cases.map(({ id }) => id));
  const changes = after.cases.map((each) => changeOf(old.get(each.id), each));
  const isFlaky = (change: Change) => {
    const [one, other] = [old.get(change.id), after.cases.find(({ id }) => id === change.id)];
    return [one, other].some((each) => each !== undefined && flakyText(each) !== undefined);
  };
  const flaky = changes.filter(isFlaky);
  const steady = changes.filter((change) => !isFlaky(change));
  const newFailures = steady.filter((change) => failures.has(change.after) && !failures.has(change.before));
  const fixed = steady.filter((change) => passes.has(change.after) && failures.has(change.before));
  const told = new Set([...newFailures, ...fixed]);
  return {
    newFailures,
    fixed,
    flaky,
    changed: steady.filter((each) => !told.has(each) && each.before !== null && each.before !== each.after),
    added: changes.filter((each) => each.before === null).map(({ id }) => id),
    removed: [...old.keys()].filter((id) => !ids.has(id)),
  };
}

function changeOf(before: CaseResult | undefined, after: CaseResult): Change {
  const { id, verdict, expected, actual, reason } = after;
  const detail = expected === null ? reason : `expected ${expected}; got ${actual}`;
  return { id, before: before?.verdict ?? null, after: verdict, detail: flakyText(after) ?? detail };
}

/** The same for people. */
export function conformanceDiffText(diff: ConformanceDiff): string {
  const sections = [
    section("NEW FAILURES", diff.newFailures),
    section("FIXED", diff.fixed),
    section("FLAKY", diff.flaky),
    section("CHANGED", diff.changed),
    diff.added.length === 0 ? [] : ["", `${casesText(diff.added.length)} only in the second: ${diff.added.join(", ")}`],
    diff.removed.length === 0
      ? []
      : ["", `${casesText(diff.removed.length)} only in the first: ${diff.removed.join(", ")}`],
  ].flat();
  return sections.length === 0 ? "no difference\n" : `${sections.slice(1).join("\n")}\n`;
}

function section(title: string, changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const lines = changes.map(({ id, before, after, detail }) => {
    const from = before === null ? after : `${before} → ${after}`;
    return `  ${id}: ${from}${detail === null ? "" : `  (${escapeControls(detail.split("\n")[0] ?? "")})`}`;
  });
  return ["", `${title} (${changes.length})`, ...lines];
}
