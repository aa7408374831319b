import { same, type Theme } from "../theme.js";
import { cut, fitted, widthOf } from "./fit-text.js";

export interface PanelOptions {
  readonly title: string;
  /** Stands at the right end of the upper edge: a count, a position. */
  readonly note?: string;
  readonly lines: readonly string[];
  /** Columns and lines of the whole panel, edges included. */
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** Keys go here. */
  readonly isFocused?: boolean;
}

/** Columns and lines that a panel's edges take; between them and the text there is a blank. */
export const PANEL_EDGE_COLUMNS = 4;
export const PANEL_EDGE_LINES = 2;

/** A frame with a title around lines, exactly `height` lines of exactly `width` columns. */
export function panelLines(options: PanelOptions): string[] {
  const { lines, width, height, theme, isFocused = false } = options;
  const frame = isFocused ? theme.focusedFrame : theme.frame;
  const inner = Math.max(0, width - PANEL_EDGE_COLUMNS);
  const rows = Math.max(0, height - PANEL_EDGE_LINES);
  const body = Array.from(
    { length: rows },
    (_, row) => `${frame("│")} ${fitted(lines[row] ?? "", inner)} ${frame("│")}`,
  );
  return [edgeLine({ ...options, corners: ["╭", "╮"] }), ...body, frame(`╰${"─".repeat(Math.max(0, width - 2))}╯`)];
}

/** A line across with a title: what parts the screen where there is no room for frames. */
export function ruleLine(options: Omit<PanelOptions, "lines" | "height">): string {
  return edgeLine({ ...options, corners: ["─", "─"] });
}

function edgeLine({
  title,
  note = "",
  width,
  theme,
  isFocused = false,
  corners: [left, right],
}: Omit<PanelOptions, "lines" | "height"> & { readonly corners: readonly [string, string] }): string {
  const frame = isFocused ? theme.focusedFrame : theme.frame;
  const shownTitle = cut(title, width - 6);
  const noteRoom = width - widthOf(shownTitle) - 9;
  const shownNote = noteRoom < 4 ? "" : cut(note, noteRoom);
  const before = `${left}─`;
  const named = shownTitle === "" ? "" : ` ${shownTitle} `;
  const noted = shownNote === "" ? "" : ` ${shownNote} `;
  const after = noted === "" ? right : `─${right}`;
  const dashes = Math.max(0, width - widthOf(before) - widthOf(named) - widthOf(noted) - widthOf(after));
  // Without styles the focused panel says so by a mark.
  const mark = isFocused && !theme.isStyled && named !== "" ? `[${shownTitle}]` : named;
  const titleStyle = isFocused ? theme.bold : same;
  return `${frame(before)}${titleStyle(mark)}${frame("─".repeat(dashes))}${theme.dim(noted)}${frame(after)}`;
}

/** Blocks of lines beside each other; each takes its `width` columns, the highest says how many lines there are. */
export function sideBySide(blocks: readonly { readonly lines: readonly string[]; readonly width: number }[]): string[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    blocks.map(({ lines, width }) => fitted(lines[row] ?? "", width)).join(""),
  );
}
