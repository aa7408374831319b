import type { Theme } from "../theme.js";

/** The inside of a panel. */
export interface PanelPlace {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  readonly isFocused: boolean;
}
