/** Controls, invisible format characters such as those that turn text around, halves of surrogate pairs, odd line ends. */
const unseen = /(?![\t\n\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * What a peer sent, with every character that would not show, or would turn the text around, as its number. A zero-width
 * joiner is left alone: emoji are made with it.
 */
export function visibleText(text: string): string {
  return text.replaceAll(unseen, (character) => `‹${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}›`);
}
