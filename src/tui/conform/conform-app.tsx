import { type ReactElement, useSyncExternalStore } from "react";
import { type KeyHint, keyHintsLine } from "../components/key-hints.js";
import { useKeys } from "../components/keys.js";
import { clockText } from "../components/quantity-text.js";
import { Screen } from "../components/screen.js";
import { useTerminalSize } from "../components/use-terminal-size.js";
import type { Theme } from "../theme.js";
import { findingHints, overviewHints } from "./conform-keys.js";
import { conformLines } from "./conform-lines.js";
import type { ConformView } from "./conform-view.js";

export interface ConformAppProps {
  readonly view: ConformView;
  readonly theme: Theme;
}

/** The whole screen. */
export function ConformApp({ view, theme }: ConformAppProps): ReactElement {
  useSyncExternalStore(
    (listener) => view.redraws.onChange(listener),
    () => view.redraws.version,
  );
  const size = useTerminalSize();
  useKeys((key) => view.press(key));
  return (
    <Screen
      theme={theme}
      size={size}
      title={`ttk conform  ${view.facts.target}`}
      status={`${view.result === undefined ? "running" : "done"}  ${clockText(view.elapsedMs)}`}
      bottom={bottomText(view, theme, size.columns)}
      body={(columns, height) => conformLines(view, columns, height, theme)}
    />
  );
}

function bottomText(
  { screen, result, isStopping, isPresenceShown }: ConformView,
  theme: Theme,
  columns: number,
): string {
  if (isStopping && result === undefined) return theme.warn(" finishing; q or Ctrl-C again ends it now");
  const leaving: KeyHint = [["quit"], result === undefined ? "stop" : "leave, print the report"];
  return keyHintsLine(screen === "finding" ? findingHints(isPresenceShown) : overviewHints, columns, theme, leaving);
}
