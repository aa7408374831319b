/** C0 and C1 controls but for tab and line feed, zero-width and bidirectional marks, and halves of surrogate pairs. */
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

/** What a peer sent, with every character that would not show, or would turn the text around, as its number. */
export function visibleText(text: string): string {
  return text.replaceAll(unseen, (character) => `‹${character.charCodeAt(0).toString(16).padStart(4, "0")}›`);
}
