/** The one place where terminal views take their looks from. Without styles, marks stand where colours would. */
export interface Theme {
  readonly isStyled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  /** Names of commands and messages. */
  readonly accent: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  /** A line under the cursor, where keys go. */
  readonly selected: (text: string) => string;
  /** The same where keys do not go. */
  readonly marked: (text: string) => string;
  /** Bytes that belong to what is selected. */
  readonly lit: (text: string) => string;
  readonly bar: (text: string) => string;
}

export function themeFor(isStyled: boolean): Theme {
  const style = (on: string, off: string) => (text: string) => (isStyled ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return {
    isStyled,
    bold: style("1", "22"),
    dim: style("2", "22"),
    accent: style("36", "39"),
    good: style("32", "39"),
    warn: style("33", "39"),
    bad: style("31", "39"),
    selected: style("7", "27"),
    marked: style("1", "22"),
    lit: style("30;43", "39;49"),
    bar: style("7", "27"),
  };
}
