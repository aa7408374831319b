import type { CaseResult, ConformanceResult } from "../../runner/conformance/conformance-result.js";
import { flakyText, isWarning } from "./case-words.js";

/**
 * TAP 14. What is left out is `SKIP`; what is expected to fail, or only a warning, is `TODO`; what could not be judged is
 * `not ok`, with its severity.
 */
export function conformanceTap({ cases, target, summary }: ConformanceResult): string {
  const lines = cases.flatMap((each, index) => pointLines(each, index + 1, target.strict));
  const end = summary.outcome === "interrupted" ? ["Bail out! interrupted"] : [];
  return ["TAP version 14", `1..${cases.length}`, ...lines, ...end, ""].join("\n");
}

function pointLines(each: CaseResult, number: number, isStrict: boolean): string[] {
  const description = escapeTap(`${each.id}: ${each.title}`);
  const { verdict } = each;
  if (verdict === "passed" || verdict === "supported") return [`ok ${number} - ${description}`];
  if (verdict === "skipped" || verdict === "unsupported") {
    return [`ok ${number} - ${description} # SKIP ${escapeTap(each.reason ?? verdict)}`];
  }
  const todo = todoOf(each, isStrict);
  return [`not ok ${number} - ${description}${todo === undefined ? "" : ` # TODO ${escapeTap(todo)}`}`, ...yaml(each)];
}

function todoOf(each: CaseResult, isStrict: boolean): string | undefined {
  if (each.verdict === "expected-failure") return each.reason ?? "expected to fail";
  return isWarning(each, isStrict) ? "a SHOULD is a warning" : undefined;
}

/** JSON strings are YAML. */
function yaml(each: CaseResult): string[] {
  const { verdict, requirements, level, expected, actual, reason, capture, rerun } = each;
  const facts = {
    severity: verdict,
    requirements: requirements.join(", "),
    level,
    expected,
    actual,
    reason,
    flaky: flakyText(each) ?? null,
    capture,
    rerun,
  };
  const rows = Object.entries(facts).flatMap(([name, value]) =>
    value === null ? [] : [`  ${name}: ${JSON.stringify(value)}`],
  );
  return ["  ---", ...rows, "  ..."];
}

/** `#` begins a directive. */
function escapeTap(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("#", "\\#").replaceAll(/\s+/g, " ");
}
