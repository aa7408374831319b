import type { Style, Theme } from "../theme.js";
import { fitted } from "./fit-text.js";
import { scrollMark, topOf } from "./list-position.js";

export interface TableColumn<Row> {
  readonly title: string;
  /** Columns of the terminal; `"rest"`: what the others leave, for one of them. */
  readonly width: number | "rest";
  readonly align?: "left" | "right";
  /** Plain text: `printable` where others chose it. */
  readonly text: (row: Row, position: number) => string;
  /** Its look; the selected row has one of its own. */
  readonly style?: (row: Row, theme: Theme) => Style;
  /** Left out where the table has fewer columns than this. */
  readonly fromWidth?: number;
}

export interface TableOptions<Row> {
  readonly columns: readonly TableColumn<Row>[];
  /** How many rows there are; only those on the screen are asked for. */
  readonly rows: number;
  readonly rowAt: (position: number) => Row;
  /** Position under the cursor, kept in view; without one the first rows are shown and nothing is marked. */
  readonly selected?: number;
  /** Keys go to this table. */
  readonly isFocused?: boolean;
  readonly width: number;
  /** Lines, the heading's included. */
  readonly height: number;
  readonly theme: Theme;
  /** What stands there when there is no row. */
  readonly empty?: string;
}

/** The blank between columns, and the mark before a row. */
const GAP = " ";
const MARK_COLUMNS = 2;
const SCROLL_COLUMNS = 1;

/** A heading and the rows that fit, the selected one among them, with a bar at the right when there are more. */
export function tableLines<Row>(options: TableOptions<Row>): string[] {
  const { rows, rowAt, selected, isFocused = false, width, height, theme, empty = "" } = options;
  const inner = width - (selected === undefined ? 0 : MARK_COLUMNS) - SCROLL_COLUMNS;
  const columns = laidOut(options.columns, inner);
  const before = selected === undefined ? "" : " ".repeat(MARK_COLUMNS);
  const heading = theme.dim(before + columns.map(({ title, size, align }) => fitted(title, size, align)).join(GAP));
  if (rows === 0) return [heading, theme.dim(before + empty)].slice(0, height);
  const room = Math.max(0, height - 1);
  const top = topOf(selected ?? 0, rows, room);
  const lines = Array.from({ length: Math.min(room, rows - top) }, (_, line) => {
    const position = top + line;
    const row = rowAt(position);
    const isSelected = position === selected;
    const cells = columns.map(({ text, size, align, style }) => {
      const cell = fitted(text(row, position), size, align);
      return isSelected || style === undefined ? cell : style(row, theme)(cell);
    });
    const bar = theme.frame(scrollMark(line, top, room, rows));
    if (!isSelected) return before + cells.join(GAP) + bar;
    const look = isFocused ? theme.selected : theme.marked;
    const mark = isFocused && theme.isStyled ? "  " : "> ";
    return look(mark + cells.join(GAP)) + bar;
  });
  return [heading, ...lines];
}

function laidOut<Row>(columns: readonly TableColumn<Row>[], width: number): (TableColumn<Row> & { size: number })[] {
  const shown = columns.filter(({ fromWidth = 0 }) => width >= fromWidth);
  const fixed = shown.reduce((sum, column) => sum + (column.width === "rest" ? 0 : column.width), 0);
  const rest = Math.max(0, width - fixed - GAP.length * (shown.length - 1));
  return shown.map((column) => ({ ...column, size: column.width === "rest" ? rest : column.width }));
}
