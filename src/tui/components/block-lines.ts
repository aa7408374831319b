import { PANEL_EDGE_COLUMNS, PANEL_EDGE_LINES, type PanelOptions, panelLines, ruleLine } from "./panel-lines.js";

/** Frames around panels cost lines: they are for terminals that have some to spare. */
const FRAMED_COLUMNS = 100;
const FRAMED_HEIGHT = 30;

export function hasRoomForFrames(columns: number, height: number): boolean {
  return columns >= FRAMED_COLUMNS && height >= FRAMED_HEIGHT;
}

/** In fewer columns numbers beside each other would be cut: parts of a screen stand beneath each other. */
const PAIRED_COLUMNS = 64;

export function hasRoomForPairs(columns: number): boolean {
  return columns >= PAIRED_COLUMNS;
}

export interface BlockOptions extends Omit<PanelOptions, "lines"> {
  /** In a frame, or under a line across. */
  readonly isFramed: boolean;
  /** What is inside, as lines of so many columns: at most `height` of them are shown. */
  readonly body: (columns: number, height: number) => readonly string[];
}

/** A titled part of the screen, exactly `height` lines of at most `width` columns. */
export function blockLines({ isFramed, body, ...panel }: BlockOptions): string[] {
  const { width, height } = panel;
  if (height <= 0) return [];
  if (isFramed) {
    const lines = body(width - PANEL_EDGE_COLUMNS, Math.max(0, height - PANEL_EDGE_LINES));
    return panelLines({ ...panel, lines });
  }
  const lines = body(width, height - 1);
  return [ruleLine(panel), ...Array.from({ length: height - 1 }, (_, row) => lines[row] ?? "")];
}
