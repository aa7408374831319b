import type { Writable } from "node:stream";
import type { TerminalSize } from "./use-terminal-size.js";

const CLEAR = "\u001b[2J";
const ERASE_LINE = "\u001b[2K";
/** What is no look but could move the cursor: views show it as `·` already, and here nothing depends on that. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROLS = /\u001b(?!\[[\d;]*m)|[\u0000-\u001a\u001c-\u001f\u007f-\u009f]/g;

/**
 * Paints whole screens on a terminal and writes only the lines that have changed. Ink's own output takes each character of
 * each line apart and lays it out anew: 50 ms for 120×40, which a load generator that shares the process cannot spare.
 */
export class TerminalPainter {
  #shown: readonly string[] = [];
  #size: TerminalSize = { columns: 0, rows: 0 };

  constructor(private readonly stdout: Pick<Writable, "write">) {}

  /** Once something else has been on the screen. */
  repaint(): void {
    const [lines, size] = [this.#shown, this.#size];
    this.#shown = [];
    this.#size = { columns: 0, rows: 0 };
    if (lines.length > 0) this.paint(lines, size);
  }

  paint(lines: readonly string[], size: TerminalSize): void {
    const isAnew = size.columns !== this.#size.columns || size.rows !== this.#size.rows;
    let out = isAnew ? CLEAR : "";
    const rows = Math.max(lines.length, this.#shown.length);
    for (let row = 0; row < rows; row++) {
      const line = lines[row] ?? "";
      if (isAnew ? line === "" : line === (this.#shown[row] ?? "")) continue;
      // Erased first: behind the last column a terminal would erase the character in it.
      out += `\u001b[${row + 1};1H${ERASE_LINE}${line.replace(CONTROLS, "·")}`;
    }
    this.#shown = lines;
    this.#size = size;
    if (out !== "") this.stdout.write(out);
  }
}
