import { type ReactElement, useSyncExternalStore } from "react";
import { keyHintsLine } from "../components/key-hints.js";
import { useKeys } from "../components/keys.js";
import { Screen } from "../components/screen.js";
import { useTerminalSize } from "../components/use-terminal-size.js";
import type { Theme } from "../theme.js";
import { serveHints } from "./serve-keys.js";
import { serveLines } from "./serve-lines.js";
import type { ServeView } from "./serve-view.js";

export interface ServeAppProps {
  readonly view: ServeView;
  readonly theme: Theme;
}

/** The whole screen. */
export function ServeApp({ view, theme }: ServeAppProps): ReactElement {
  useSyncExternalStore(
    (listener) => view.onChange(listener),
    () => view.version,
  );
  const size = useTerminalSize();
  useKeys((key) => view.press(key));
  return (
    <Screen
      theme={theme}
      size={size}
      title="ttk serve"
      status={statusText(view)}
      bottom={bottomText(view, theme, size.columns)}
      body={(columns, height) => serveLines(view, columns, height, theme)}
    />
  );
}

function statusText({ moment }: ServeView): string {
  const lacking = moment.roles.filter((role) => role.lacking.length > 0).length;
  const servers = `${moment.roles.length} ${moment.roles.length === 1 ? "server" : "servers"}`;
  return lacking === 0 ? servers : `${servers}, ${lacking} cannot serve`;
}

function bottomText(view: ServeView, theme: Theme, columns: number): string {
  const { prompt, message, focus, pausedAt } = view;
  if (prompt !== undefined) {
    const what = prompt.of === "log" ? "log with" : "clients with";
    return ` ${theme.key(what)} ${prompt.text}${theme.selected(" ")}`;
  }
  if (message !== "") return theme.warn(` ${message}`);
  return keyHintsLine(serveHints(focus, pausedAt !== undefined), columns, theme);
}
