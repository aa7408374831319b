import type { Style, Theme } from "../theme.js";

export interface BarPart {
  readonly count: number;
  /** One column wide; tells parts from each other where there is no colour. */
  readonly mark?: string;
  readonly style?: Style;
}

const FULL = "█";
const REST = "░";
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** How far something has come: 0 to 1, drawn in eighths of a column; anything else is taken for the nearest of the two. */
export function progressBar(fraction: number, columns: number, theme: Theme, style: Style = theme.accent): string {
  const cells = Math.max(0, Math.min(1, Number.isNaN(fraction) ? 0 : fraction)) * columns;
  const full = Math.floor(cells);
  const part = full < columns ? (eighths[Math.floor((cells - full) * 8)] ?? "") : "";
  return style(FULL.repeat(full) + part) + theme.dim(REST.repeat(columns - full - part.length));
}

/**
 * Parts of a whole side by side: so many passed, so many failed, the rest to come. What there is at all takes at least a
 * column, as long as there are enough: one failure among hundreds must be seen.
 */
export function partsBar(parts: readonly BarPart[], total: number, columns: number, theme: Theme): string {
  let left = columns;
  const counts = parts.map(({ count }) => Math.max(0, count));
  const sizes = counts.map((count) =>
    count === 0 || total <= 0 ? 0 : Math.max(1, Math.floor((count / total) * columns)),
  );
  // All of it done fills the bar.
  const largest = counts.indexOf(Math.max(0, ...counts));
  const spare = columns - sizes.reduce((sum, size) => sum + size, 0);
  const isDone = counts.reduce((sum, count) => sum + count, 0) >= total;
  if (largest >= 0 && total > 0 && (isDone || spare < 0)) sizes[largest] = Math.max(0, (sizes[largest] ?? 0) + spare);
  const drawn = parts.map(({ mark = FULL, style = theme.accent }, at) => {
    const size = Math.min(left, sizes[at] ?? 0);
    left -= size;
    return size === 0 ? "" : style((theme.isStyled ? FULL : mark).repeat(size));
  });
  return drawn.join("") + theme.dim(REST.repeat(left));
}
