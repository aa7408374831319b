const SHOWN_MAX_CHARS = 200;
/** What could end a line, move a terminal's cursor, colour its screen or turn the direction of writing. */
export const controls = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text that others chose, as one line that a terminal only shows: controls stand as JSON escapes, `\u001b`. */
export function escapeControls(text: string): string {
  return text.replace(
    controls,
    (char) => shortEscapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A string as a quoted one, cut when it is long, without controls. */
export function quoted(text: string): string {
  return shortened(escapeControls(JSON.stringify(text)));
}

/** Text when it is text, hex otherwise. */
export function bytesText(bytes: Buffer): string {
  const shown = bytes.subarray(0, SHOWN_MAX_CHARS * 4);
  const text = shown.toString("utf8");
  const isText = shown.length === bytes.length && Buffer.from(text, "utf8").equals(shown) && !/\p{Cc}/u.test(text);
  return `${isText ? quoted(text) : hexText(bytes)} (${bytes.length} bytes)`;
}

function hexText(bytes: Buffer): string {
  const shown = bytes.toString("hex", 0, SHOWN_MAX_CHARS / 2);
  return bytes.length > SHOWN_MAX_CHARS / 2 ? `${shown}…` : shown;
}

function shortened(text: string): string {
  return text.length <= SHOWN_MAX_CHARS ? text : `${text.slice(0, SHOWN_MAX_CHARS)}… (${text.length} characters)`;
}
