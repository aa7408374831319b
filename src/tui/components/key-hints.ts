import type { Theme } from "../theme.js";
import { widthOf } from "./fit-text.js";
import { type KeyMeaning, shortKeysText } from "./key-map.js";

/** Keys, and what they do in this view: a word or two for the bottom line, a sentence in the help. */
export type KeyHint = readonly [keys: readonly KeyMeaning[], what: string];

/** Every view ends its hints with help, and with what leaves it. */
const helpHint: KeyHint = [["help"], "help"];
const quitHint: KeyHint = [["quit"], "quit"];

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
  return ` ${[...shown, ...commonHints].map(([keys, what]) => `${theme.key(shortKeysText(keys))} ${theme.dim(what)}`).join(GAP)}`;
}

function textOf(hints: readonly KeyHint[]): string {
  return hints.map(([keys, what]) => `${shortKeysText(keys)} ${what}`).join(GAP);
}
