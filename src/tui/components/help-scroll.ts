import type { Key } from "./keys.js";
import { movedPosition } from "./list-position.js";

/** Help that may be longer than the screen: keys that move then scroll it, all others leave it. */
export class HelpScroll {
  /** The first line shown. */
  top = 0;
  /** Lines that there are, and that have room; the view says so when it knows. */
  rows = 0;
  pageRows = 1;

  /** False when the key leaves the help, which begins at its top the next time. */
  press(key: Key): boolean {
    const to = this.rows > this.pageRows ? movedPosition(key, this.top, this.topMax + 1, this.pageRows) : undefined;
    this.top = to ?? 0;
    return to !== undefined;
  }

  get topMax(): number {
    return Math.max(0, this.rows - this.pageRows);
  }
}
