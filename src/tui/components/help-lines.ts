import type { Theme } from "../theme.js";
import { fitted, widthOf } from "./fit-text.js";
import type { KeyHint } from "./key-hints.js";
import { keysText } from "./key-map.js";
import { panelLines, sideBySide } from "./panel-lines.js";
import { wrapped } from "./wrapped-text.js";

export interface HelpOptions {
  readonly keys: readonly KeyHint[];
  /** Sentences beneath the keys, broken into lines. */
  readonly notes?: string;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** Wider, and lines are hard to follow. */
const WIDTH_MAX = 84;
const KEY_GAP = 2;

/** The help: a panel in the middle of the screen, exactly `height` lines. */
export function helpLines({ keys, notes = "", width, height, theme }: HelpOptions): string[] {
  const panelWidth = Math.min(width, WIDTH_MAX);
  const inner = panelWidth - 4;
  const rows = keys.map(([meanings, what]) => [keysText(meanings), what] as const);
  const keyWidth = Math.max(...rows.map(([names]) => widthOf(names))) + KEY_GAP;
  const text = [
    ...rows.flatMap(([names, what]) =>
      wrapped(what, Math.max(1, inner - keyWidth)).map(
        (line, at) => `${theme.key(fitted(at === 0 ? names : "", keyWidth))}${line}`,
      ),
    ),
    ...(notes === "" ? [] : ["", ...wrapped(notes, inner)]),
  ];
  const panelHeight = Math.min(height, text.length + 2);
  const lines = panelLines({
    title: "Help",
    note: "any key goes back",
    lines: text,
    width: panelWidth,
    height: panelHeight,
    theme,
    isFocused: true,
  });
  const above = Math.floor((height - panelHeight) / 2);
  const beside = Math.floor((width - panelWidth) / 2);
  return [
    ...Array.from({ length: above }, () => ""),
    ...sideBySide([
      { lines: lines.map(() => ""), width: beside },
      { lines, width: panelWidth },
    ]),
  ];
}
