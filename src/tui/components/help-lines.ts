import type { Theme } from "../theme.js";
import { fitted, widthOf } from "./fit-text.js";
import type { HelpScroll } from "./help-scroll.js";
import type { KeyHint } from "./key-hints.js";
import { keysText } from "./key-map.js";
import { scrollMark } from "./list-position.js";
import { PANEL_EDGE_COLUMNS, PANEL_EDGE_LINES, panelLines, sideBySide } from "./panel-lines.js";
import { wrapped } from "./wrapped-text.js";

export interface HelpOptions {
  readonly keys: readonly KeyHint[];
  /** Sentences beneath the keys, broken into lines. */
  readonly notes?: string;
  readonly scroll: HelpScroll;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** Wider, and lines are hard to follow. */
const WIDTH_MAX = 84;
const KEY_GAP = 2;
/** With fewer columns beside the keys, what they do stands beneath them. */
const BESIDE_COLUMNS_MIN = 32;
const INDENT = "  ";
/** A bar beside what is longer than the screen, and a blank. */
const BAR_COLUMNS = 2;

/** The help: a panel in the middle of the screen, exactly `height` lines. */
export function helpLines({ keys, notes = "", scroll, width, height, theme }: HelpOptions): string[] {
  const panelWidth = Math.min(width, WIDTH_MAX);
  const inner = panelWidth - PANEL_EDGE_COLUMNS;
  const textOf = (columns: number) => [
    ...keyLines(keys, columns, theme),
    ...(notes === "" ? [] : ["", ...wrapped(notes, columns)]),
  ];
  const whole = textOf(inner);
  const text = whole.length > height - PANEL_EDGE_LINES ? textOf(inner - BAR_COLUMNS) : whole;
  const panelHeight = Math.min(height, text.length + PANEL_EDGE_LINES);
  scroll.rows = text.length;
  scroll.pageRows = panelHeight - PANEL_EDGE_LINES;
  const top = Math.min(scroll.top, scroll.topMax);
  const isLonger = scroll.topMax > 0;
  const shown = text.slice(top, top + scroll.pageRows).map((line, at) => {
    const bar = scrollMark(at, top, scroll.pageRows, text.length);
    return bar === "" ? line : `${fitted(line, inner - 1)}${theme.frame(bar)}`;
  });
  const lines = panelLines({
    title: "Help",
    note: isLonger ? "↑ ↓ more, else back" : "any key goes back",
    lines: shown,
    width: panelWidth,
    height: panelHeight,
    theme,
    isFocused: true,
  });
  const above = Math.floor((height - panelHeight) / 2);
  const beside = Math.floor((width - panelWidth) / 2);
  return [
    ...Array.from({ length: above }, () => ""),
    ...sideBySide([
      { lines: lines.map(() => ""), width: beside },
      { lines, width: panelWidth },
    ]),
  ];
}

function keyLines(keys: readonly KeyHint[], columns: number, theme: Theme): string[] {
  const rows = keys.map(([meanings, what]) => [keysText(meanings), what] as const);
  const keyWidth = Math.max(...rows.map(([names]) => widthOf(names))) + KEY_GAP;
  if (columns - keyWidth < BESIDE_COLUMNS_MIN) {
    return rows.flatMap(([names, what]) => [
      theme.key(names),
      ...wrapped(what, columns - INDENT.length).map((line) => INDENT + line),
    ]);
  }
  return rows.flatMap(([names, what]) =>
    wrapped(what, columns - keyWidth).map((line, at) => `${theme.key(fitted(at === 0 ? names : "", keyWidth))}${line}`),
  );
}
