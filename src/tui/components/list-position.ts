import { type KeyMeaning, meaningOf } from "./key-map.js";
import type { Key } from "./keys.js";

/** Where a key moves the cursor in a list of `count` rows. `undefined` when the key does not move; a list without rows stays at 0. */
export function movedPosition(key: Key, at: number, count: number, pageRows: number): number | undefined {
  const step = stepOf(meaningOf(key), count, Math.max(1, pageRows));
  return step === undefined ? undefined : Math.max(0, Math.min(count - 1, at + step));
}

function stepOf(meaning: KeyMeaning | undefined, count: number, page: number): number | undefined {
  switch (meaning) {
    case "up":
      return -1;
    case "down":
      return 1;
    case "pageUp":
      return -page;
    case "pageDown":
      return page;
    case "first":
      return -count;
    case "last":
      return count;
    default:
      return undefined;
  }
}

/** The first row shown, so that the selected one is in the middle, as far as the ends allow. */
export function topOf(selected: number, rows: number, height: number): number {
  return Math.max(0, Math.min(selected - Math.floor(height / 2), rows - height));
}

/** How a bar beside `height` lines looks at one of them: which part of `rows` is shown. Empty when all of them are. */
export function scrollMark(line: number, top: number, height: number, rows: number): string {
  if (rows <= height) return "";
  const size = Math.max(1, Math.round((height * height) / rows));
  const start = Math.round((top / (rows - height)) * (height - size));
  return line >= start && line < start + size ? "┃" : "│";
}
