/** A look: text as it is written to the terminal. */
export type Style = (text: string) => string;

/**
 * The one place where terminal views take their looks from: the 16 colours that each terminal's owner has chosen, so that
 * light and dark ones both work. Without styles (NO_COLOR) marks stand where colours would: a view shows nothing by colour alone.
 */
export interface Theme {
  readonly isStyled: boolean;
  readonly bold: Style;
  readonly dim: Style;
  /** Names of commands and messages. */
  readonly accent: Style;
  readonly good: Style;
  readonly warn: Style;
  readonly bad: Style;
  /** A line under the cursor, where keys go. */
  readonly selected: Style;
  /** The same where keys do not go. */
  readonly marked: Style;
  /** Bytes that belong to what is selected. */
  readonly lit: Style;
  /** The line at the top of the screen. */
  readonly bar: Style;
  /** A key that may be pressed. */
  readonly key: Style;
  /** The frame around a panel, and that of the panel where keys go. */
  readonly frame: Style;
  readonly focusedFrame: Style;
  /** Lines of a plot that stand for different things. */
  readonly series: readonly Style[];
}

export function themeFor(isStyled: boolean): Theme {
  const style = (on: string, off: string): Style => (isStyled ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : same);
  const accent = style("36", "39");
  const good = style("32", "39");
  const warn = style("33", "39");
  return {
    isStyled,
    bold: style("1", "22"),
    dim: style("2", "22"),
    accent,
    good,
    warn,
    bad: style("31", "39"),
    selected: style("7", "27"),
    marked: style("1", "22"),
    lit: style("30;43", "39;49"),
    bar: style("7", "27"),
    key: style("1;36", "22;39"),
    frame: style("2", "22"),
    focusedFrame: accent,
    series: [accent, style("35", "39"), warn, good],
  };
}

/** No look. */
export function same(text: string): string {
  return text;
}
