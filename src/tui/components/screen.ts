import { useContext, useLayoutEffect } from "react";
import type { Theme } from "../theme.js";
import { cut, fitted, widthOf } from "./fit-text.js";
import { Painting } from "./painting.js";
import type { TerminalSize } from "./use-terminal-size.js";

export interface ScreenProps {
  readonly theme: Theme;
  readonly size: TerminalSize;
  /** At the left of the top line: what is shown. */
  readonly title: string;
  /** At its right: how it stands. */
  readonly status?: string;
  /** The bottom line: keys, a question, or a message. */
  readonly bottom: string;
  /** What is between, as lines of so many columns: at most `height` of them are shown. */
  readonly body: (columns: number, height: number) => readonly string[];
}

const COLUMNS_MIN = 40;
const ROWS_MIN = 8;
const BARS = 2;

/** A whole screen: title, body, keys. One line less than the terminal has: a full one would make some scroll. */
export function Screen(props: ScreenProps): null {
  const paint = useContext(Painting);
  useLayoutEffect(() => paint(screenLines(props), props.size));
  return null;
}

function screenLines({ theme, size: { columns, rows }, title, status = "", bottom, body }: ScreenProps): string[] {
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
    return [cut(`too small: needs ${COLUMNS_MIN}x${ROWS_MIN}; q quits`, columns)];
  }
  const height = rows - 1 - BARS;
  const room = columns - widthOf(status) - 2;
  const top = status === "" ? fitted(` ${title}`, columns) : `${fitted(` ${title}`, room)} ${status} `;
  const lines = body(columns, height);
  const between = Array.from({ length: height }, (_, row) => cut(lines[row] ?? "", columns));
  return [theme.bar(top), ...between, cut(bottom, columns)];
}
