import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import { controls } from "../../codec/record/printable.js";

/**
 * Text in columns of a terminal. A Chinese character or an emoji takes two, a combining accent none, and styles none.
 * Peers choose names and texts, so what goes into a cell is first made `printable`.
 */

const PLAIN = /^[\x20-\x7e]*$/;
/** One column each: what frames, bars, plots and marks of the views are made of. Telling that by the library takes most of a redraw. */
const NARROW = /^[\x20-\x7e·…×←-↓─-▟■✔✘⠀-⣿]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a look begins with an escape
const LOOKS = /\u001b\[[\d;]*m/g;

/** How many columns a text takes, styles not counted. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  const bare = text.replace(LOOKS, "");
  return NARROW.test(bare) ? bare.length : stringWidth(text);
}

/** The beginning of a text that has room, with `…` where something is left out. Styles may be in it. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (PLAIN.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  if (widthOf(text) <= columns) return text;
  // The library keeps a wide character of which a part has room.
  for (let room = columns; room > 1; room--) {
    const shown = cliTruncate(text, room);
    if (stringWidth(shown) <= columns) return shown;
  }
  return "…";
}

/** The beginning and the end of a text that has room, with `…` between them: for names that differ in their ends. */
export function cutInside(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  for (let room = columns; room > 1; room--) {
    const shown = cliTruncate(text, room, { position: "middle" });
    if (stringWidth(shown) <= columns) return shown;
  }
  return cut(text, columns);
}

/** A text that takes exactly so many columns: cut, or blanks after it (before it, with `right`). */
export function fitted(text: string, columns: number, align: "left" | "right" = "left"): string {
  const shown = cut(text, columns);
  const blanks = " ".repeat(Math.max(0, columns - widthOf(shown)));
  return align === "left" ? shown + blanks : blanks + shown;
}

/** A text in the middle of so many columns. */
export function centred(text: string, columns: number): string {
  const shown = cut(text, columns);
  const room = Math.max(0, columns - widthOf(shown));
  const before = Math.floor(room / 2);
  return " ".repeat(before) + shown + " ".repeat(room - before);
}

/** What makes one picture of several, colours it or asks for it: terminals differ in how many columns that takes. */
const PICTURE_PARTS = /[\ufe0f\u20e3]|\u200d(?=\p{Emoji})|(?<=\p{Emoji_Modifier_Base}\ufe0f?)\p{Emoji_Modifier}/gu;

/** Text that others chose, without what could do anything but stand there: controls become `·`, pictures stand one by one. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(controls, "·").replace(PICTURE_PARTS, "");
}
