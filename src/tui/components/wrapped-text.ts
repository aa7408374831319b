import { widthOf } from "./fit-text.js";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Words in lines of at most so many columns; a word that is longer than a line goes on in the next one. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) line = longer;
    else {
      const [last = "", ...before] = broken(word, columns).reverse();
      lines.push(...(line === "" ? [] : [line]), ...before.reverse());
      line = last;
    }
  }
  return [...lines, line];
}

/** A word in pieces of at most so many columns, or of one character that is wider. */
function broken(word: string, columns: number): string[] {
  if (widthOf(word) <= columns) return [word];
  const pieces: string[] = [];
  let piece = "";
  let width = 0;
  for (const { segment } of graphemes.segment(word)) {
    const more = widthOf(segment);
    if (piece !== "" && width + more > columns) {
      pieces.push(piece);
      piece = "";
      width = 0;
    }
    piece += segment;
    width += more;
  }
  return [...pieces, piece];
}
