import { type ReactElement, useSyncExternalStore } from "react";
import { keyHintsLine } from "../components/key-hints.js";
import { useKeys } from "../components/keys.js";
import { Screen } from "../components/screen.js";
import { useTerminalSize } from "../components/use-terminal-size.js";
import type { Theme } from "../theme.js";
import { browseHints, fieldHints } from "./browse-keys.js";
import { browseLines } from "./browse-lines.js";
import type { Browser } from "./browser.js";

export interface BrowseAppProps {
  readonly browser: Browser;
  readonly theme: Theme;
}

/** The whole screen. */
export function BrowseApp({ browser, theme }: BrowseAppProps): ReactElement {
  useSyncExternalStore(
    (listener) => browser.onChange(listener),
    () => browser.version,
  );
  const size = useTerminalSize();
  useKeys((key) => void browser.press(key));
  return (
    <Screen
      theme={theme}
      size={size}
      title={titleText(browser)}
      status={statusText(browser)}
      bottom={bottomText(browser, theme, size.columns)}
      body={(columns, height) => browseLines(browser, columns, height, theme)}
    />
  );
}

function titleText({ options, filter, follow }: Browser): string {
  const followed =
    follow === undefined
      ? ""
      : follow.kind === "user"
        ? `following ${follow.user.name}`
        : `following connection ${follow.id}`;
  return [options.title, followed, filter === "" ? "" : `filter: ${filter}`].filter((part) => part !== "").join("  ");
}

function statusText({ index, rows, selected }: Browser): string {
  const of = rows === index.rows ? `${rows} PDUs` : `${rows} of ${index.rows} PDUs`;
  return rows === 0 ? of : `${selected + 1} / ${of}`;
}

function bottomText(browser: Browser, theme: Theme, columns: number): string {
  const { prompt, message, progress, focus, screen } = browser;
  if (prompt !== undefined) return ` ${theme.key(prompt.kind)} ${prompt.text}${theme.selected(" ")}`;
  if (progress !== undefined) return theme.warn(` looking … ${Math.floor(progress * 100)} %  (Esc stops)`);
  if (message !== "") return theme.warn(` ${message}`);
  return keyHintsLine(screen === "list" && focus === "fields" ? fieldHints : browseHints, columns, theme);
}
