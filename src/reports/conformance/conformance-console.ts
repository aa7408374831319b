import { escapeControls } from "../../codec/record/printable.js";
import type { CaseResult, ConformanceResult, Outcome } from "../../runner/conformance/conformance-result.js";
import type { Verdict } from "../../runner/conformance/verdict.js";
import { blockedReasonOf, groupsOf, mostBlocked } from "./blocked-cases.js";
import { byArea, casesText, flakyText } from "./case-words.js";
import { tellingTrace, wireLine } from "./wire-line.js";

export interface ConsoleOptions {
  /** Escape codes are welcome. */
  readonly isStyled: boolean;
}

/** Of a failed case's wire log: its end is where the failure shows. */
const TRACE_LINES_MAX = 8;
const ALIKE_SHOWN_MAX = 4;

const outcomes: Readonly<Record<Outcome, string>> = {
  interrupted: "INTERRUPTED  the run ended early: the skipped cases were not judged",
  errored:
    "ERRORED      the suite itself failed: the verdicts above are incomplete, and that is not the server's fault",
  failed: "FAILED       the server broke the protocol",
  "stale-baseline": "STALE        an expected failure passed: take it out of the baseline (--write-baseline)",
  blocked: "BLOCKED      some cases could not be judged",
  held: "PASSED       every MUST that was judged held",
};

const NOTHING_JUDGED = "BLOCKED      nothing could be judged";

/** The end of a run for people: a line for each area, then each case that did not pass with its evidence, then the verdict. */
export function conformanceConsole(result: ConformanceResult, options: ConsoleOptions): string {
  const { summary, target, cases } = result;
  const paint = palette(options.isStyled);
  const peer = target.peer === null ? "" : ` and ${target.peer}`;
  const role = target.role === "msg" ? "" : ` (${target.role})`;
  const heading = `${target.address}${peer}${role}: ${casesText(summary.total)}${orderText(target)} in ${(summary.durationMs / 1000).toFixed(1)} s`;
  const refused = groupsOf(cases, refusalOf).filter(([, alike]) => alike.length > ALIKE_SHOWN_MAX);
  const told = new Set(refused.flatMap(([, alike]) => alike));
  const findings = cases
    .filter((each) => isFinding(each) && !told.has(each))
    .flatMap((each) => ["", ...findingLines(each, paint)]);
  const refusals = refused.flatMap(([refusal, alike]) => ["", ...refusedLines(refusal, alike, paint)]);
  const blocked = groupsOf(cases, blockedReasonOf).flatMap(([reason, alike]) => [
    "",
    ...blockedLines(reason, alike, paint),
  ]);
  const isNothing = summary.blocked > 0 && summary.blocked + summary.skipped === summary.total;
  const outcome = summary.outcome === "blocked" && isNothing ? NOTHING_JUDGED : outcomes[summary.outcome];
  const verdict = summary.outcome === "held" ? paint.green(outcome) : paint.red(outcome);
  return [
    escapeControls(heading),
    "",
    ...leadLines(cases, paint),
    ...areaLines(cases),
    ...findings,
    ...refusals,
    ...blocked,
    ...flakyLines(cases, paint),
    "",
    totals(cases, summary.warnings),
    verdict,
    "",
  ].join("\n");
}

/** Before all else what most cases could not be judged for. */
function leadLines(cases: readonly CaseResult[], paint: Palette): string[] {
  const most = mostBlocked(cases);
  return most === undefined ? [] : [`${paint.red("BLOCKED")}  ${most.text}`, fact("because", most.reason), ""];
}

/** How often each ran, and what to give `--shuffle` to have the same order again. */
function orderText({ repeat, shuffleSeed }: ConformanceResult["target"]): string {
  const times = repeat === 1 ? "" : `, ${repeat} times each`;
  return shuffleSeed === null ? times : `${times}, shuffled (seed ${shuffleSeed}),`;
}

function areaLines(cases: readonly CaseResult[]): string[] {
  return [...byArea(cases)].map(([area, members]) => `  ${area.padEnd(5)} ${countsText(members)}`);
}

function countsText(cases: readonly CaseResult[]): string {
  const counts = new Map<string, number>();
  for (const each of cases) counts.set(wordFor(each), (counts.get(wordFor(each)) ?? 0) + 1);
  return [...counts].map(([word, number]) => `${number} ${word}`).join(", ");
}

/** A SHOULD that fails is a warning: the summary says how the run took it. */
function wordFor({ verdict, level }: CaseResult): string {
  return verdict === "failed" && level === "should" ? "failed (SHOULD)" : verdict;
}

function totals(cases: readonly CaseResult[], warnings: number): string {
  const note =
    warnings === 0 ? "" : `; ${warnings} failed SHOULD${warnings === 1 ? " is a warning" : "s are warnings"}`;
  return `${casesText(cases.length)}: ${countsText(cases)}${note}`;
}

const evidenced: ReadonlySet<Verdict> = new Set(["failed", "errored", "unexpected-pass"]);

function isFinding({ verdict }: CaseResult): boolean {
  return evidenced.has(verdict);
}

function flakyLines(cases: readonly CaseResult[], paint: Palette): string[] {
  const lines = cases.flatMap((each) => {
    const text = flakyText(each);
    return text === undefined ? [] : [`${paint.yellow("FLAKY")}    ${each.id}: ${text}`];
  });
  return lines.length === 0 ? [] : ["", ...lines];
}

/** Of a case that failed before anything went over the wire: a server that dies fails all the rest so. */
function refusalOf({ verdict, expected, actual, trace }: CaseResult): string | undefined {
  if (verdict !== "failed" || expected === null || trace.length > 0) return undefined;
  return `${fact("expected", expected)}\n${fact("actual", actual ?? "")}`;
}

function idsText(alike: readonly CaseResult[]): string {
  const more = alike.length - ALIKE_SHOWN_MAX;
  const shown = alike.slice(0, ALIKE_SHOWN_MAX).map(({ id }) => id);
  return escapeControls(`${casesText(alike.length)}: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`);
}

function refusedLines(refusal: string, alike: readonly CaseResult[], paint: Palette): string[] {
  const word = alike.every(({ level }) => level === "should") ? paint.yellow("WARNING") : paint.red("FAILED");
  return [`${word}  ${idsText(alike)}`, refusal];
}

function blockedLines(reason: string, alike: readonly CaseResult[], paint: Palette): string[] {
  return [`${paint.red("BLOCKED")}  ${idsText(alike)}`, fact("because", reason)];
}

/** One line, whatever a server sent or somebody's report holds. */
function fact(name: string, text: string): string {
  return `    ${name.padEnd(10)}${escapeControls(text)}`;
}

function findingLines(each: CaseResult, paint: Palette): string[] {
  const { verdict, level, id, requirements, title, expected, actual, reason, trace, capture, rerun } = each;
  const isWarning = verdict === "failed" && level === "should";
  const word = paint[isWarning ? "yellow" : "red"](isWarning ? "WARNING" : verdict.toUpperCase());
  const lines = [`${word}  ${escapeControls(`${id}  (${level.toUpperCase()}, ${requirements.join(", ")})`)}`];
  lines.push(`    ${escapeControls(title)}`);
  if (expected !== null) lines.push(fact("expected", expected));
  if (actual !== null) lines.push(fact("actual", actual));
  // The stack of an error, where the suite itself failed.
  if (reason !== null) lines.push(...reason.split("\n").map((line, n) => fact(n === 0 ? "because" : "", line)));
  const shown = tellingTrace(each).slice(-TRACE_LINES_MAX);
  const left = trace.length - shown.length;
  if (left > 0) lines.push(fact("wire", `… ${left} more entries in the JSON report`));
  lines.push(...shown.map((entry) => fact("wire", wireLine(entry))));
  if (capture !== null) lines.push(fact("capture", capture));
  return [...lines, fact("rerun", rerun)];
}

type Palette = Readonly<Record<"green" | "red" | "yellow", (text: string) => string>>;

function palette(isStyled: boolean): Palette {
  const colour = (code: number) => (text: string) => (isStyled ? `\u001b[${code}m${text}\u001b[39m` : text);
  return { green: colour(32), red: colour(31), yellow: colour(33) };
}
