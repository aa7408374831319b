import { render } from "ink-testing-library";
import type { ReactElement } from "react";

/** Sizes that every view is looked at in. */
export const terminalSizes = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** What a view shows on a terminal of so many columns and rows. */
export function frameAt(view: ReactElement, columns: number, rows: number): string {
  const { stdout, lastFrame, rerender, unmount } = render(view);
  // The library's terminal has 100 columns and no rows, whatever it is asked.
  Object.defineProperties(stdout, { columns: { value: columns }, rows: { value: rows } });
  stdout.emit("resize");
  rerender(view);
  const frame = lastFrame() ?? "";
  unmount();
  return frame;
}
