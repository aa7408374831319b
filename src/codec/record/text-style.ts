/** Puts escape codes around text, or nothing where styles are not wanted. */
export interface TextStyle {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  /** One of a few colours that follow each other, so that neighbours differ. */
  readonly nth: (index: number, text: string) => string;
}

const cycle = [36, 32, 35, 33, 34, 96] as const;
const DEFAULT_COLOUR = 39;

export function textStyle(isStyled: boolean): TextStyle {
  const style = (on: number, off: number) => (text: string) => (isStyled ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, DEFAULT_COLOUR),
    yellow: style(33, DEFAULT_COLOUR),
    nth: (index, text) => style(cycle[index % cycle.length] ?? DEFAULT_COLOUR, DEFAULT_COLOUR)(text),
  };
}
