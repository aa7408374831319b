import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import { hexId } from "../../codec/registry.js";
import type { Theme } from "../theme.js";
import type { Browser, TimeStyle } from "./browser.js";
import { shortName, summaryText } from "./pdu-words.js";

const NAME_WIDTH = 28;
const NARROW_NAME_WIDTH = 22;
const WIDE_COLUMNS = 100;
const MICROS_PER_SECOND = 1_000_000;

/** The rows that fit into so many lines, the selected one among them. */
export function listLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const { index, rows, selected } = browser;
  const top = topOf(selected, rows, height);
  const shown = Array.from({ length: Math.max(0, Math.min(height, rows - top)) }, (_, line) => top + line);
  return shown.map((position) => {
    const row = browser.rowAt(position);
    const before = position === 0 ? undefined : browser.rowAt(position - 1);
    const isSelected = position === selected;
    const text = rowText(browser, row, before, columns, isSelected ? plain : theme);
    if (!isSelected) return `  ${text}`;
    const marked = `${theme.isStyled ? "  " : "> "}${text}`.padEnd(columns);
    return browser.focus === "list" ? theme.selected(marked) : theme.marked(marked.replace(/^ {2}/, "> "));
  });

  function rowText(
    { options, timeStyle }: Browser,
    row: number,
    before: number | undefined,
    width: number,
    style: Pick<Theme, "dim" | "accent" | "bad" | "isStyled">,
  ): string {
    const isWide = width >= WIDE_COLUMNS;
    const number = `${row + 1}`.padStart(String(index.rows).length);
    const time = timeText(index, row, before, timeStyle);
    const connection = `${index.connection(row).id}`.padStart(String(index.connections.length).length);
    const head = `${style.dim(number)} ${style.dim(time)} ${connection}${arrow(index, row)}`;
    const skip = index.skip(row);
    if (skip !== undefined) return `${head} ${style.bad(skip)}`;
    const nameWidth = isWide ? NAME_WIDTH : NARROW_NAME_WIDTH;
    const name = shortName(index.commandId(row)).padEnd(nameWidth).slice(0, nameWidth);
    const size = isWide ? ` ${style.dim(`${index.length(row)}`.padStart(6))}` : "";
    const pair = index.pair(row) === undefined ? " " : "=";
    const seqNum = `${index.seqNum(row)}`.padStart(5);
    const summary = summaryText(index.bytes(row), options.textKey);
    return `${head} ${hexId(index.commandId(row))} ${style.accent(name)}${pair}${style.dim(seqNum)}${size}  ${summary}`;
  }
}

/** What stands above the list. */
export function listHeading({ index, timeStyle }: Browser, columns: number): string {
  const isWide = columns >= WIDE_COLUMNS;
  const number = "#".padStart(String(index.rows).length);
  const connection = "c".padStart(String(index.connections.length).length);
  const name = "command".padEnd(isWide ? NAME_WIDTH : NARROW_NAME_WIDTH);
  const size = isWide ? `   bytes` : "";
  return `  ${number} ${timeHeading[timeStyle]} ${connection}   id     ${name}   seq${size}  what it says`;
}

const timeHeading: Readonly<Record<TimeStyle, string>> = {
  start: "   seconds".padEnd(11),
  delta: "  +seconds".padEnd(11),
  clock: "local time".padEnd(15),
};

const plain = { isStyled: false, dim: same, accent: same, bad: same };

function same(text: string): string {
  return text;
}

/** Keeps the selected line in the middle, as far as the ends allow. */
export function topOf(selected: number, rows: number, height: number): number {
  return Math.max(0, Math.min(selected - Math.floor(height / 2), rows - height));
}

/** To the server, to the client; double between servers. */
function arrow(index: PduIndex, row: number): string {
  const isS2s = index.direction(row) === "s2s";
  if (index.isTowardsServer(row)) return isS2s ? " =>" : " ->";
  return isS2s ? " <=" : " <-";
}

function timeText(index: PduIndex, row: number, before: number | undefined, style: TimeStyle): string {
  const micros = index.timeMicros(row);
  if (micros === undefined) return style === "clock" ? "-".padStart(15) : "-".padStart(11);
  if (style === "clock") return clockText(micros);
  const from = style === "start" ? firstTime(index) : before === undefined ? micros : index.timeMicros(before);
  return ((micros - (from ?? micros)) / MICROS_PER_SECOND).toFixed(6).padStart(11);
}

function firstTime(index: PduIndex): number | undefined {
  return index.timeMicros(0);
}

function clockText(micros: number): string {
  const date = new Date(micros / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const fraction = String(Math.floor(micros % MICROS_PER_SECOND)).padStart(6, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}
