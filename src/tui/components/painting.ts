import { createContext } from "react";
import type { TerminalSize } from "./use-terminal-size.js";

/** Puts the lines of a whole screen, none wider than it, where a user sees them. */
export type Paint = (lines: readonly string[], size: TerminalSize) => void;

/** How the screen around a view paints: `openFullScreen` says so. */
export const Painting = createContext<Paint>(() => {
  throw new Error("a view is shown by openFullScreen");
});
