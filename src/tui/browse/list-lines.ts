import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import { hexId } from "../../codec/registry.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import type { Theme } from "../theme.js";
import type { Browser, TimeStyle } from "./browser.js";
import { shortName, summaryText } from "./pdu-words.js";

const NAME_WIDTH = 22;
const WIDE_NAME_WIDTH = 28;
/** In fewer columns than these the command's name has their room. */
const ID_FROM_COLUMNS = 46;
const TIME_FROM_COLUMNS = 56;
const SEQ_FROM_COLUMNS = 64;
const WIDE_COLUMNS = 96;
const ARROW = "->";
const MICROS_PER_SECOND = 1_000_000;

/** The heading, and the rows that fit into so many lines, the selected one among them. */
export function listLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const { index, rows, selected, focus } = browser;
  return tableLines({
    columns: columnsOf(browser, columns),
    rows,
    rowAt: (position) => browser.rowAt(position),
    selected,
    isFocused: focus === "list",
    width: columns,
    height,
    theme,
    empty: index.rows === 0 ? "" : "nothing fits",
  });
}

function columnsOf(browser: Browser, columns: number): TableColumn<number>[] {
  const { index, options, timeStyle } = browser;
  const connectionWidth = String(index.connections.length).length;
  const isWide = columns >= WIDE_COLUMNS;
  return [
    {
      title: "#",
      width: String(index.rows).length,
      align: "right",
      text: (row) => `${row + 1}`,
      style: (_, theme) => theme.dim,
    },
    {
      title: timeHeading[timeStyle],
      width: timeStyle === "clock" ? 15 : 11,
      align: "right",
      text: (row, at) => timeText(index, row, at === 0 ? undefined : browser.rowAt(at - 1), timeStyle),
      style: (_, theme) => theme.dim,
      fromWidth: TIME_FROM_COLUMNS,
    },
    {
      title: `${"c".padStart(connectionWidth)}   `,
      width: connectionWidth + 1 + ARROW.length,
      align: "right",
      text: (row) => `${index.connection(row).id} ${arrow(index, row)}`,
    },
    {
      title: "id",
      width: 6,
      text: (row) => (index.skip(row) === undefined ? hexId(index.commandId(row)) : "-"),
      fromWidth: ID_FROM_COLUMNS,
    },
    {
      title: "command",
      width: isWide ? WIDE_NAME_WIDTH : NAME_WIDTH,
      text: (row) => (index.skip(row) === undefined ? shortName(index.commandId(row)) : "no PDU"),
      style: (row, theme) => (index.skip(row) === undefined ? theme.accent : theme.bad),
    },
    {
      title: "  seq",
      width: 6,
      align: "right",
      text: (row) =>
        index.skip(row) === undefined ? `${index.pair(row) === undefined ? " " : "="}${seqText(index, row)}` : "",
      style: (_, theme) => theme.dim,
      fromWidth: SEQ_FROM_COLUMNS,
    },
    {
      title: "bytes",
      width: 6,
      align: "right",
      text: (row) => `${index.length(row)}`,
      style: (_, theme) => theme.dim,
      fromWidth: WIDE_COLUMNS,
    },
    {
      title: "what it says",
      width: "rest",
      text: (row) => index.skip(row) ?? summaryText(index.bytes(row), options.textKey),
      style: (row, theme) => (index.skip(row) === undefined ? (text) => text : theme.bad),
    },
  ];
}

function seqText(index: PduIndex, row: number): string {
  return `${index.seqNum(row)}`.padStart(5);
}

const timeHeading: Readonly<Record<TimeStyle, string>> = {
  start: "seconds",
  delta: "+seconds",
  clock: "local time",
};

/** To the server, to the client; double between servers. */
function arrow(index: PduIndex, row: number): string {
  const isS2s = index.direction(row) === "s2s";
  if (index.isTowardsServer(row)) return isS2s ? "=>" : "->";
  return isS2s ? "<=" : "<-";
}

function timeText(index: PduIndex, row: number, before: number | undefined, style: TimeStyle): string {
  const micros = index.timeMicros(row);
  if (micros === undefined) return "-";
  if (style === "clock") return clockText(micros);
  const from = style === "start" ? index.timeMicros(0) : before === undefined ? micros : index.timeMicros(before);
  return ((micros - (from ?? micros)) / MICROS_PER_SECOND).toFixed(6);
}

function clockText(micros: number): string {
  const date = new Date(micros / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const fraction = String(Math.floor(micros % MICROS_PER_SECOND)).padStart(6, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}
