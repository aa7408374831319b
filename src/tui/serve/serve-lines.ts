import { blockLines, hasRoomForFrames } from "../components/block-lines.js";
import { helpLines } from "../components/help-lines.js";
import { sideBySide } from "../components/panel-lines.js";
import type { Theme } from "../theme.js";
import { clientLines } from "./client-lines.js";
import { commandLines } from "./command-lines.js";
import { deviationLines } from "./deviation-lines.js";
import { logLines } from "./log-lines.js";
import type { PanelPlace } from "./panel-place.js";
import { serveKeys, serveNotes } from "./serve-keys.js";
import type { PanelName, ServeView } from "./serve-view.js";
import { serverLines } from "./server-lines.js";
import { SUMMARY_LINES, summaryLines } from "./summary-lines.js";

const FRAME_LINES = 2;
const HEADING_LINES = 1;
/** From here on commands stand beside the servers. */
const WIDE_COLUMNS = 180;
/** Of the height below the summary. */
const SERVERS_SHARE = 0.34;
const TABLES_SHARE = 0.3;
const LEFT_SHARE = 0.56;
/** How much the log has where there is room for one other panel only, and while keys go to it. */
const COMPACT_LOG_SHARE = 0.35;
const COMPACT_LOG_SHARE_FOCUSED = 0.65;
const COMPACT_HEIGHT_MIN = 12;

interface Drawn {
  readonly view: ServeView;
  readonly theme: Theme;
  readonly isFramed: boolean;
}

/** What is between the title and the keys. */
export function serveLines(view: ServeView, columns: number, height: number, theme: Theme): string[] {
  if (view.screen === "help") {
    return helpLines({ keys: serveKeys, notes: serveNotes, scroll: view.help, width: columns, height, theme });
  }
  const isFramed = hasRoomForFrames(columns, height);
  const drawn = { view, theme, isFramed };
  if (!isFramed) return compactLines(drawn, columns, height);
  return columns < WIDE_COLUMNS ? stackedLines(drawn, columns, height) : wideLines(drawn, columns, height);
}

/** One panel and the log, the panel being the one where keys go. */
function compactLines(drawn: Drawn, columns: number, height: number): string[] {
  const { view, theme } = drawn;
  const isLog = view.focus === "log";
  // So low that nothing but headings would have room: the panel where keys go has it all.
  if (height < COMPACT_HEIGHT_MIN) return panel(drawn, view.focus, columns, height);
  const room = height - SUMMARY_LINES;
  const logHeight = Math.round(room * (isLog ? COMPACT_LOG_SHARE_FOCUSED : COMPACT_LOG_SHARE));
  const other = isLog ? "servers" : view.focus;
  return [
    ...summaryLines(view, columns - 2, theme).map((line) => ` ${line}`),
    ...panel(drawn, other, columns, room - logHeight),
    ...panel(drawn, "log", columns, logHeight),
  ];
}

function stackedLines(drawn: Drawn, columns: number, height: number): string[] {
  const room = height - SUMMARY_LINES - FRAME_LINES;
  const servers = Math.round(room * SERVERS_SHARE);
  const tables = Math.round(room * TABLES_SHARE);
  const left = Math.floor(columns * LEFT_SHARE);
  const rest = room - servers - tables;
  return [
    ...summaryBlock(drawn, columns),
    ...panel(drawn, "servers", columns, servers),
    ...pair(drawn, ["clients", "commands"], left, columns, tables),
    ...pair(drawn, ["log", "deviations"], left, columns, rest),
  ];
}

function wideLines(drawn: Drawn, columns: number, height: number): string[] {
  const room = height - SUMMARY_LINES - FRAME_LINES;
  const servers = Math.round(room * SERVERS_SHARE);
  const tables = Math.round(room * TABLES_SHARE);
  const left = Math.floor(columns * LEFT_SHARE);
  return [
    ...summaryBlock(drawn, columns),
    ...pair(drawn, ["servers", "commands"], left, columns, servers),
    ...pair(drawn, ["clients", "deviations"], left, columns, tables),
    ...panel(drawn, "log", columns, room - servers - tables),
  ];
}

function pair(
  drawn: Drawn,
  [one, other]: readonly [PanelName, PanelName],
  left: number,
  columns: number,
  height: number,
): string[] {
  return sideBySide([
    { lines: panel(drawn, one, left, height), width: left },
    { lines: panel(drawn, other, columns - left, height), width: columns - left },
  ]);
}

function summaryBlock({ view, theme, isFramed }: Drawn, width: number): string[] {
  const body = (columns: number) => summaryLines(view, columns, theme);
  return blockLines({ title: "Now", width, height: SUMMARY_LINES + FRAME_LINES, theme, isFramed, body });
}

const bodies: Readonly<Record<PanelName, (view: ServeView, place: PanelPlace) => string[]>> = {
  servers: serverLines,
  clients: clientLines,
  commands: commandLines,
  deviations: deviationLines,
  log: logLines,
};

function panel({ view, theme, isFramed }: Drawn, name: PanelName, width: number, height: number): string[] {
  const isFocused = view.focus === name;
  const body = (columns: number, rows: number) => {
    view.pageRows[name] = Math.max(1, name === "log" ? rows : rows - HEADING_LINES);
    return bodies[name](view, { width: columns, height: rows, theme, isFocused });
  };
  return blockLines({ ...titleOf(view, name), width, height, theme, isFocused, isFramed, body });
}

function titleOf(view: ServeView, name: PanelName): { title: string; note?: string } {
  const { options, deviations, clientFilter, logFilter, pausedAt } = view;
  switch (name) {
    case "servers":
      return { title: "1 Servers and links" };
    case "clients":
      return { title: "2 Clients", note: clientFilter === "" ? "slowest first" : `filter: ${clientFilter}` };
    case "commands":
      return { title: "3 Commands", note: "PDUs a second" };
    case "deviations":
      return { title: "4 Deviations", note: `${deviations.filter(({ isOn }) => isOn).length} on` };
    case "log": {
      const filter = logFilter === "" ? [] : [`filter: ${logFilter}`];
      const paused = pausedAt === undefined ? [] : [`paused, ${options.log.added - pausedAt} new`];
      return { title: "5 Log", note: [...paused, ...filter, options.log.level].join("  ") };
    }
  }
}
