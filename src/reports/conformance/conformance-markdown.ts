import type { CaseResult, ConformanceResult, Outcome } from "../../runner/conformance/conformance-result.js";
import type { Verdict } from "../../runner/conformance/verdict.js";
import { byArea, casesText, flakyText, isWarning } from "./case-words.js";
import { tellingTrace, wireLine } from "./wire-line.js";

const WIRE_LINES_MAX = 20;
/** A comment on GitHub holds 65,536 characters: beyond so many findings only their lines are shown. */
const DETAILED_MAX = 25;

const outcomes: Readonly<Record<Outcome, string>> = {
  interrupted: "⚪ interrupted",
  errored: "🟣 the suite itself failed",
  failed: "🔴 failed",
  "stale-baseline": "🟠 stale baseline",
  blocked: "⚪ blocked",
  held: "🟢 passed",
};

const columns: readonly Verdict[] = ["passed", "failed", "expected-failure", "blocked", "skipped", "errored"];

/** For a pull request: what it comes to, counts by area, and each finding with its evidence folded away. */
export function conformanceMarkdown({ summary, target, cases }: ConformanceResult): string {
  const peer = target.peer === null ? "" : ` and ${code(target.peer)}`;
  const findings = cases.filter(({ verdict }) => findingVerdicts.has(verdict));
  const flaky = cases.filter((each) => flakyText(each) !== undefined);
  return [
    `### Conformance: ${outcomes[summary.outcome]}`,
    "",
    `${code(target.address)}${peer}: ${casesText(summary.total)} in ${(summary.durationMs / 1000).toFixed(1)} s`,
    "",
    `| area | ${columns.join(" | ")} | other |`,
    `|---|${columns.map(() => "---:|").join("")}---:|`,
    ...[...byArea(cases)].map(([area, members]) => row(area, members)),
    row("**all**", cases),
    ...findings.slice(0, DETAILED_MAX).flatMap((each) => ["", finding(each, target.strict)]),
    ...findings.slice(DETAILED_MAX).map((each) => `- ${code(each.id)} ${each.verdict}`),
    ...(flaky.length === 0 ? [] : ["", ...flaky.map((each) => `- ${code(each.id)} is flaky: ${flakyText(each)}`)]),
    "",
  ].join("\n");
}

const findingVerdicts: ReadonlySet<Verdict> = new Set(["failed", "errored", "unexpected-pass", "blocked"]);

function row(name: string, cases: readonly CaseResult[]): string {
  const counts = columns.map((verdict) => cases.filter((each) => each.verdict === verdict).length);
  const other = cases.length - counts.reduce((sum, count) => sum + count, 0);
  return `| ${name} | ${[...counts, other].map((count) => (count === 0 ? "" : String(count))).join(" | ")} |`;
}

function finding(each: CaseResult, isStrict: boolean): string {
  const { id, verdict, requirements, level, title, expected, actual, reason, capture, rerun } = each;
  const word = isWarning(each, isStrict) ? "warning" : verdict;
  const summary = `<details><summary><b>${word}</b> <code>${escapeHtml(id)}</code> ${escapeHtml(title)} (${level.toUpperCase()}, ${requirements.join(", ")})</summary>`;
  const facts = [
    ...(expected === null ? [] : [`expected  ${expected}`, `actual    ${actual}`]),
    ...(reason === null ? [] : [`because   ${reason}`]),
    ...(capture === null ? [] : [`capture   ${capture}`]),
    `rerun     ${rerun}`,
    ...tellingTrace(each).slice(-WIRE_LINES_MAX).map(wireLine),
  ];
  return [summary, "", fenced(facts.join("\n")), "", "</details>"].join("\n");
}

/** A fence longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
