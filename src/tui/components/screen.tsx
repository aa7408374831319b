import { Box, Text } from "ink";
import type { ReactElement } from "react";
import type { Theme } from "../theme.js";
import { fitted, widthOf } from "./fit-text.js";
import { Lines } from "./lines.js";
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

/** A whole screen: title, body, keys. One line less than the terminal has: a full one would make it scroll. */
export function Screen({
  theme,
  size: { columns, rows },
  title,
  status = "",
  bottom,
  body,
}: ScreenProps): ReactElement {
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
    return <Text>{`the terminal is too small: ${COLUMNS_MIN}x${ROWS_MIN} are needed; q quits`}</Text>;
  }
  const height = rows - 1 - BARS;
  const room = columns - widthOf(status) - 2;
  const top = status === "" ? fitted(` ${title}`, columns) : `${fitted(` ${title}`, room)} ${status} `;
  return (
    <Box flexDirection="column" width={columns} height={rows - 1}>
      <Lines lines={[theme.bar(top)]} />
      <Lines lines={body(columns, height).slice(0, height)} height={height} />
      <Lines lines={[bottom]} />
    </Box>
  );
}
