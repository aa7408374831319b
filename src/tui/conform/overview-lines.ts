import type { Outcome } from "../../runner/conformance/conformance-result.js";
import { hasRoomForPairs } from "../components/block-lines.js";
import { fitted, printable, widthOf } from "../components/fit-text.js";
import { partsBar } from "../components/progress-bar.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import type { Style, Theme } from "../theme.js";
import { type Finding, reasonOf } from "./conform-findings.js";
import { type Bin, bins, type ConformGroup } from "./conform-groups.js";
import type { ConformView } from "./conform-view.js";

const WORD_COLUMNS = 11;

const outcomes: Readonly<Record<Outcome, readonly [word: string, text: string]>> = {
  interrupted: ["INTERRUPTED", "the run ended early"],
  errored: ["ERRORED", "the suite itself failed, which is not the server's fault"],
  failed: ["FAILED", "the server broke the protocol"],
  "stale-baseline": ["STALE", "an expected failure passed: take it out of the baseline"],
  blocked: ["BLOCKED", "some cases could not be judged"],
  held: ["PASSED", "every MUST that was judged held"],
};

/** The verdict, so far or in the end, and how far the run is. */
export function headerLines(view: ConformView, columns: number, theme: Theme): string[] {
  const { all } = view.groups;
  const done = bins.reduce((sum, bin) => sum + all.counts[bin], 0);
  const [mark, word, text, style] = verdictOf(view, theme);
  const counts = `${String(done).padStart(String(all.total).length)} of ${all.total}`;
  const label = fitted(view.result === undefined ? (view.isStopping ? "STOPPING" : "cases") : "cases", WORD_COLUMNS);
  const room = Math.max(4, columns - WORD_COLUMNS - widthOf(counts) - 7);
  const said = hasRoomForPairs(columns) ? fitted(word, WORD_COLUMNS) : word;
  return [
    ` ${theme.bold(style(fitted(`${mark} ${said} ${text}`, columns - 2)))} `,
    `   ${theme.bold(label)} ${groupBar(all, room, theme)} ${counts} `,
    `   ${binTexts(all, columns - 3, theme)}`,
  ];
}

function verdictOf(view: ConformView, theme: Theme): [mark: string, word: string, text: string, style: Style] {
  const { result, groups, awaited } = view;
  if (result !== undefined) {
    const { outcome, blocked, skipped, total } = result.summary;
    const [word, text] = outcomes[outcome];
    const isHeld = outcome === "held";
    const isNothing = outcome === "blocked" && blocked + skipped === total;
    return [isHeld ? "✔" : "✘", word, isNothing ? "nothing could be judged" : text, isHeld ? theme.good : theme.bad];
  }
  const { passed, failed, warning, blocked } = groups.all.counts;
  if (failed > 0) return ["✘", "FAILS", `${failed} failed so far`, theme.bad];
  if (awaited !== undefined) return ["…", "WAITS", awaited, theme.warn];
  if (blocked > 0) return ["!", "BLOCKED", `${blocked} could not be judged so far`, theme.warn];
  if (passed + warning === 0) return ["·", "WAITS", "no case has been judged yet", theme.dim];
  const warnings =
    warning === 0 ? "" : `; ${warning} failed SHOULD${warning === 1 ? " is a warning" : "s are warnings"}`;
  return ["✔", "HOLDS", `every MUST so far${warnings}`, theme.good];
}

interface BinLook {
  readonly name: string;
  readonly mark: string;
  readonly style: (theme: Theme) => Style;
}

const looks: Readonly<Record<Bin, BinLook>> = {
  passed: { name: "passed", mark: "█", style: ({ good }) => good },
  failed: { name: "failed", mark: "X", style: ({ bad }) => bad },
  warning: { name: "warnings", mark: "w", style: ({ warn }) => warn },
  blocked: { name: "blocked", mark: "b", style: ({ series, warn }) => series[1] ?? warn },
  other: { name: "not judged", mark: "-", style: ({ dim }) => dim },
};

function groupBar({ counts, total }: ConformGroup, columns: number, theme: Theme): string {
  const parts = bins.map((bin) => ({ count: counts[bin], mark: looks[bin].mark, style: looks[bin].style(theme) }));
  return partsBar(parts, total, columns, theme);
}

/** The bars' legend and their counts in one; with little room what there is, or its counts alone. */
function binTexts({ counts }: ConformGroup, columns: number, theme: Theme): string {
  const there = bins.filter((bin) => counts[bin] > 0);
  const textOf = (bin: Bin, text: string) => {
    const { mark, style } = looks[bin];
    return (counts[bin] === 0 ? theme.dim : style(theme))(`${theme.isStyled ? "■" : mark} ${text}`);
  };
  const full = bins.map((bin) => textOf(bin, `${String(counts[bin]).padStart(3)} ${looks[bin].name}`)).join("  ");
  if (widthOf(full) <= columns) return full;
  const named = there.map((bin) => textOf(bin, `${counts[bin]} ${looks[bin].name}`)).join("  ");
  return widthOf(named) <= columns ? named : there.map((bin) => textOf(bin, String(counts[bin]))).join("  ");
}

const COUNT_COLUMNS = 9;
const BAD_COLUMNS = 5;
const AREA_COLUMNS = 5;

/** A bar for each area of requirements, with how many are done, and failures beside it. */
export function groupLines(
  { groups: { areas } }: ConformView,
  columns: number,
  height: number,
  theme: Theme,
): string[] {
  // More areas than lines: they stand in two columns.
  const isDouble = areas.length > height && columns >= 60;
  const width = isDouble ? Math.floor((columns - 2) / 2) : columns;
  const lines = areas.map((group) => groupLine(group, width, theme));
  if (!isDouble) return lines;
  const half = Math.ceil(lines.length / 2);
  return Array.from({ length: half }, (_, at) => `${fitted(lines[at] ?? "", width)}  ${lines[at + half] ?? ""}`);
}

function groupLine(group: ConformGroup, columns: number, theme: Theme): string {
  const { area, total, counts } = group;
  const done = bins.reduce((sum, bin) => sum + counts[bin], 0);
  const bad =
    counts.failed > 0 ? theme.bad(fitted(`✘${counts.failed}`, BAD_COLUMNS, "right")) : " ".repeat(BAD_COLUMNS);
  const room = Math.max(1, columns - AREA_COLUMNS - COUNT_COLUMNS - BAD_COLUMNS);
  return `${fitted(area, AREA_COLUMNS)}${groupBar(group, room, theme)}${fitted(`${done}/${total}`, COUNT_COLUMNS, "right")}${bad}`;
}

/** Cases under way with their time. */
export function runningLines({ running }: ConformView, columns: number, height: number, theme: Theme): string[] {
  const rows = running.length > height ? running.slice(0, height - 1) : running;
  const more = running.length - rows.length;
  return [
    ...rows.map(({ id, ms }) => `${fitted(id, columns - 9)} ${fitted(`${(ms / 1000).toFixed(1)} s`, 8, "right")}`),
    ...(more > 0 ? [theme.dim(`and ${more} more`)] : []),
  ];
}

/** In fewer columns than this a finding's case has all the room. */
const REASON_FROM_COLUMNS = 56;

const findingColumns = (width: number): TableColumn<Finding>[] => [
  { title: "", width: 7, text: wordOf, style: styleOf },
  { title: "case", width: width < REASON_FROM_COLUMNS ? "rest" : 30, text: nameOf },
  {
    title: "for",
    width: 12,
    fromWidth: 110,
    text: (row) => (row.kind === "case" ? row.result.requirements.join(" ") : ""),
  },
  ...(width < REASON_FROM_COLUMNS
    ? []
    : [{ title: "what came instead", width: "rest", text: (row: Finding) => printable(reasonOf(row)) } as const]),
];

/** What did not pass, a line each. */
export function findingsLines(view: ConformView, width: number, height: number, theme: Theme): string[] {
  const { findings, selected, screen, result } = view;
  const { rows } = findings;
  return tableLines({
    columns: findingColumns(width),
    rows: rows.length,
    rowAt: (at) => rows[at] as Finding,
    ...(rows.length === 0 ? {} : { selected }),
    isFocused: screen === "overview",
    width,
    height,
    theme,
    empty: result === undefined ? "nothing so far" : "nothing",
  });
}

/** The case's id, or how many cases they are. */
export function nameOf(row: Finding): string {
  if (row.kind === "case") return row.result.id;
  return row.ids.length === 1 ? (row.ids[0] ?? "") : `${row.ids.length} cases`;
}

function wordOf(row: Finding): string {
  if (row.kind === "blocked") return "BLOCKED";
  const { verdict, level } = row.result;
  if (verdict === "failed") return level === "must" ? "FAILED" : level.toUpperCase();
  return verdict === "errored" ? "ERRORED" : "STALE";
}

function styleOf(row: Finding, theme: Theme): Style {
  if (row.kind === "blocked") return theme.series[1] ?? theme.warn;
  return row.result.verdict === "failed" && row.result.level !== "must" ? theme.warn : theme.bad;
}
