import { render } from "ink-testing-library";
import { createElement, type ReactElement } from "react";
import { Painting } from "../../src/tui/components/painting.js";

/** Sizes that every view is looked at in. */
export const terminalSizes = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

/** Those, and a pane of a terminal that somebody has cut in four. */
export const framedSizes = [...terminalSizes, [40, 15]] as const;

/** What a view shows on a terminal of so many columns and rows. */
export function frameAt(view: ReactElement, columns: number, rows: number): string {
  let painted: readonly string[] = [];
  const paint = (lines: readonly string[]) => {
    painted = lines;
  };
  const shown = createElement(Painting.Provider, { value: paint }, view);
  const { stdout, rerender, unmount } = render(shown);
  // The library's terminal has 100 columns and no rows, whatever it is asked.
  Object.defineProperties(stdout, { columns: { value: columns }, rows: { value: rows } });
  stdout.emit("resize");
  rerender(shown);
  unmount();
  return painted.map((line) => line.trimEnd()).join("\n");
}
