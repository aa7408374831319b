import { hexId } from "../../codec/registry.js";
import type { CaseResult, ConformanceResult, Outcome, Verdict } from "../../runner/conformance/conformance-result.js";

export interface ConsoleOptions {
  /** Escape codes are welcome. */
  readonly isStyled: boolean;
}

/** Of a failed case's wire log: its end is where the failure shows. */
const TRACE_LINES_MAX = 8;
const TRACE_TEXT_MAX = 100;
const BLOCKED_IDS_SHOWN = 4;

const outcomes: Readonly<Record<Outcome, string>> = {
  interrupted: "INTERRUPTED  the run ended early: the skipped cases were not judged",
  errored:
    "ERRORED      the suite itself failed: the verdicts above are incomplete, and that is not the server's fault",
  failed: "FAILED       the server broke the protocol",
  "stale-baseline": "STALE        an expected failure passed: take it out of the baseline (--write-baseline)",
  blocked: "BLOCKED      some cases could not be judged",
  held: "PASSED       every MUST that was judged held",
};

/** The end of a run for people: a line for each area, then each case that did not pass with its evidence, then the verdict. */
export function conformanceConsole(result: ConformanceResult, options: ConsoleOptions): string {
  const { summary, target, cases } = result;
  const paint = palette(options.isStyled);
  const peer = target.peer === null ? "" : ` and ${target.peer}`;
  const heading = `${target.address}${peer}: ${casesText(summary.total)} in ${(summary.durationMs / 1000).toFixed(1)} s`;
  const findings = cases.filter(isFinding).flatMap((each) => ["", ...findingLines(each, paint)]);
  const blocked = blockedByReason(cases).flatMap(([reason, ids]) => ["", ...blockedLines(reason, ids, paint)]);
  const outcome = outcomes[summary.outcome];
  const verdict = summary.outcome === "held" ? paint.green(outcome) : paint.red(outcome);
  return [
    heading,
    "",
    ...areaLines(cases),
    ...findings,
    ...blocked,
    "",
    totals(cases, summary.warnings),
    verdict,
    "",
  ].join("\n");
}

function areaLines(cases: readonly CaseResult[]): string[] {
  const areas = new Map<string, CaseResult[]>();
  for (const each of cases) {
    const area = areaOf(each);
    const sameArea = areas.get(area);
    if (sameArea === undefined) areas.set(area, [each]);
    else sameArea.push(each);
  }
  return [...areas].map(([area, members]) => `  ${area.padEnd(5)} ${countsText(members)}`);
}

function areaOf({ requirements: [first = "?"] }: CaseResult): string {
  return first.split("-")[0] ?? first;
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

function casesText(count: number): string {
  return count === 1 ? "1 case" : `${count} cases`;
}

const evidenced: ReadonlySet<Verdict> = new Set(["failed", "errored", "unexpected-pass"]);

function isFinding({ verdict }: CaseResult): boolean {
  return evidenced.has(verdict);
}

/** What blocks one case often blocks a hundred: each reason is given once. */
function blockedByReason(cases: readonly CaseResult[]): Array<[reason: string, ids: string[]]> {
  const idsOf = new Map<string, string[]>();
  for (const { verdict, reason, id } of cases) {
    if (verdict !== "blocked") continue;
    const key = reason ?? "the reason is unknown";
    idsOf.set(key, [...(idsOf.get(key) ?? []), id]);
  }
  return [...idsOf];
}

function blockedLines(reason: string, ids: readonly string[], paint: Palette): string[] {
  const more = ids.length - BLOCKED_IDS_SHOWN;
  const shown = ids.slice(0, BLOCKED_IDS_SHOWN).join(", ");
  return [
    `${paint.red("BLOCKED")}  ${casesText(ids.length)}: ${shown}${more > 0 ? ` and ${more} more` : ""}`,
    `    because   ${reason}`,
  ];
}

const PRESENCE = "CID_BUDDY_LIST_STATUS_NOTIFY";

/** Everybody hears of everybody's presence: elsewhere that only hides what a case is about. */
function isAboutPresence({ requirements }: CaseResult): boolean {
  return requirements.some((id) => id.startsWith("PRE-"));
}

function findingLines(each: CaseResult, paint: Palette): string[] {
  const { verdict, level, id, requirements, title, expected, actual, reason, trace, rerun } = each;
  const isWarning = verdict === "failed" && level === "should";
  const word = paint[isWarning ? "yellow" : "red"](isWarning ? "WARNING" : verdict.toUpperCase());
  const lines = [`${word}  ${id}  (${level.toUpperCase()}, ${requirements.join(", ")})`, `    ${title}`];
  if (expected !== null) lines.push(`    expected  ${expected}`);
  if (actual !== null) lines.push(`    actual    ${actual}`);
  if (reason !== null) lines.push(`    because   ${reason.replaceAll("\n", "\n              ")}`);
  const telling = isAboutPresence(each) ? trace : trace.filter(({ command }) => command !== PRESENCE);
  const shown = telling.slice(-TRACE_LINES_MAX);
  const left = trace.length - shown.length;
  if (left > 0) lines.push(`    wire      … ${left} more entries in the JSON report`);
  lines.push(...shown.map((entry) => `    wire      ${traceLine(entry)}`));
  return [...lines, `    rerun     ${rerun}`];
}

const arrows = { opened: "opened", sent: ">", received: "<", closed: "closed" } as const;

type TraceEntry = CaseResult["trace"][number];

function traceLine({ atMs, connection, event, command, hex, seqNum, text }: TraceEntry): string {
  const shortened = text.length > TRACE_TEXT_MAX ? `${text.slice(0, TRACE_TEXT_MAX)}…` : text;
  const commandId = hex !== null && hex.length >= 24 ? `${hexId(Number.parseInt(hex.slice(20, 24), 16))} ` : "";
  const pdu = hex === null ? "" : `${commandId}${command ?? "bytes"} seq ${seqNum ?? "-"} `;
  return `${`${(atMs / 1000).toFixed(3)} s`.padStart(9)}  ${connection.padEnd(16)} ${arrows[event]} ${pdu}${shortened}`;
}

type Palette = Readonly<Record<"green" | "red" | "yellow", (text: string) => string>>;

function palette(isStyled: boolean): Palette {
  const colour = (code: number) => (text: string) => (isStyled ? `\u001b[${code}m${text}\u001b[39m` : text);
  return { green: colour(32), red: colour(31), yellow: colour(33) };
}
