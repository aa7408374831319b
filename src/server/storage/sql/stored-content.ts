import { isUtf8 } from "node:buffer";

/** 256 characters that no text consists of: of the Unicode range for private use. */
const BYTES_FROM = 0xe000;
const BYTES_TO = BYTES_FROM + 0xff;

/**
 * Content in a text column. A deployment's columns hold 4096 characters of text, and the original servers read them as
 * text; so text stands there as it is. What is not UTF-8 gets one private character for each byte, which keeps its length
 * within the column. So does text of nothing but such characters, to leave no doubt.
 */
export function textFromContent(content: Buffer): string {
  if (isUtf8(content)) {
    const text = content.toString("utf8");
    if (!isPrivate(text)) return text;
  }
  return textFromBytes(content);
}

/**
 * The private characters, whatever the content: for what an original server would not only read but paste into a statement,
 * so that it means nothing there.
 */
export function textFromBytes(content: Buffer): string {
  let text = "";
  for (const byte of content) text += String.fromCharCode(BYTES_FROM + byte);
  return text;
}

/** The bytes again, of what this or an original server wrote. */
export function contentFromText(text: string): Buffer {
  if (!isPrivate(text)) return Buffer.from(text, "utf8");
  return Buffer.from(Array.from(text, (character) => character.charCodeAt(0) - BYTES_FROM));
}

function isPrivate(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < BYTES_FROM || code > BYTES_TO) return false;
  }
  return text !== "";
}
