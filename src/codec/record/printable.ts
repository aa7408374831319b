const SHOWN_MAX_CHARS = 200;
// What a terminal would act upon, or that would turn the order of what stands around it.
const unprintable = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A string as a quoted one, cut when it is long, that a terminal can show: bytes of a peer must not move its cursor. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text).replace(
    unprintable,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return shortened(escaped);
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
