import type { Theme } from "../theme.js";
import { widthOf } from "./fit-text.js";

/** A key, or several, and what it does in a word or two: `["/", "search"]`. */
export type KeyHint = readonly [keys: string, what: string];

/** Every view ends its hints with help, and with what leaves it. */
const helpHint: KeyHint = ["?", "help"];
const quitHint: KeyHint = ["q", "quit"];

const GAP = "  ";

/**
 * The bottom line: the view's own keys, most wanted first, then the common ones. What has no room is left out, the view's last
 * hint first; `?` tells the rest.
 */
export function keyHintsLine(
  hints: readonly KeyHint[],
  columns: number,
  theme: Theme,
  leaving: KeyHint = quitHint,
): string {
  const commonHints = [helpHint, leaving];
  let left = columns - widthOf(textOf(commonHints)) - 1;
  const shown = hints.filter((hint) => {
    left = left < 0 ? left : left - widthOf(textOf([hint])) - GAP.length;
    return left >= 0;
  });
  return ` ${[...shown, ...commonHints].map(([keys, what]) => `${theme.key(keys)} ${theme.dim(what)}`).join(GAP)}`;
}

function textOf(hints: readonly KeyHint[]): string {
  return hints.map((hint) => hint.join(" ")).join(GAP);
}
