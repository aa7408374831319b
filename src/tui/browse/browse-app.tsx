import { Box, type Key as InkKey, Text, useInput, useStdout } from "ink";
import { type ReactElement, useEffect, useState, useSyncExternalStore } from "react";
import type { Theme } from "../theme.js";
import type { Browser, Key } from "./browser.js";
import { detailHeading, fieldLines, hexBytesALine, hexLines } from "./detail-lines.js";
import { helpLines } from "./help-lines.js";
import { listHeading, listLines } from "./list-lines.js";
import { sequenceLines } from "./sequence-lines.js";

const COLUMNS_MIN = 40;
const ROWS_MIN = 8;
/** Title, heading of the list, heading of the details, keys. */
const FIXED_LINES = 4;
const HEX_OFFSET_AND_GAPS = 9;
/** How much of the width bytes may take from the fields beside them. */
const HEX_SHARE = 0.62;

export interface BrowseAppProps {
  readonly browser: Browser;
  readonly theme: Theme;
}

/** The whole screen. One line less than the terminal has: a full one would make it scroll. */
export function BrowseApp({ browser, theme }: BrowseAppProps): ReactElement {
  useSyncExternalStore(
    (listener) => browser.onChange(listener),
    () => browser.version,
  );
  const { columns, rows } = useTerminalSize();
  useInput((input, key) => {
    for (const each of keysOf(input, key)) void browser.press(each);
  });
  if (columns < COLUMNS_MIN || rows < ROWS_MIN) {
    return <Text>{`the terminal is too small: ${COLUMNS_MIN}x${ROWS_MIN} are needed; q quits`}</Text>;
  }
  const height = rows - 1;
  return (
    <Box flexDirection="column" width={columns} height={height}>
      <Lines lines={[theme.bar(titleText(browser).padEnd(columns))]} />
      <Screen browser={browser} theme={theme} columns={columns} height={height - 2} />
      <Lines lines={[bottomText(browser, theme, columns)]} />
    </Box>
  );
}

interface ScreenProps extends BrowseAppProps {
  readonly columns: number;
  readonly height: number;
}

function Screen(props: ScreenProps): ReactElement {
  const { browser, theme, columns, height } = props;
  if (browser.screen === "help") return <Lines lines={helpLines().slice(0, height)} height={height} />;
  if (browser.screen === "sequence") {
    browser.pageRows = height - 2;
    return <Lines lines={sequenceLines(browser, height, columns, theme)} height={height} />;
  }
  return <ListAndDetails {...props} />;
}

function ListAndDetails({ browser, theme, columns, height }: ScreenProps): ReactElement {
  const room = height - (FIXED_LINES - 2);
  const listHeight = Math.max(2, Math.floor(room * (browser.focus === "fields" ? 0.3 : 0.5)));
  const detailHeight = room - listHeight;
  browser.pageRows = Math.max(1, listHeight - 1);
  const each = hexBytesALine(Math.floor(columns * HEX_SHARE));
  const hexColumns = each * 4 + HEX_OFFSET_AND_GAPS;
  return (
    <Box flexDirection="column" height={height}>
      <Lines lines={[theme.dim(listHeading(browser, columns))]} />
      <Lines lines={listLines(browser, listHeight, columns, theme)} height={listHeight} />
      <Lines lines={[theme.bold(detailHeading(browser))]} />
      <Box height={detailHeight}>
        <Box width={columns - hexColumns}>
          <Lines lines={fieldLines(browser, detailHeight, theme)} height={detailHeight} />
        </Box>
        <Box width={hexColumns}>
          <Lines lines={hexLines(browser, detailHeight, hexColumns, theme)} height={detailHeight} />
        </Box>
      </Box>
    </Box>
  );
}

/** Lines of text, each cut at the edge. */
function Lines({ lines, height }: { readonly lines: readonly string[]; readonly height?: number }): ReactElement {
  return (
    <Box flexDirection="column" flexShrink={0} {...(height === undefined ? {} : { height })}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place on the screen, and by nothing else
        <Text key={at} wrap="truncate">
          {line === "" ? " " : line}
        </Text>
      ))}
    </Box>
  );
}

function titleText({ index, options, rows, filter, follow }: Browser): string {
  const count = rows === index.rows ? `${index.rows} PDUs` : `${rows} of ${index.rows} PDUs`;
  const followed =
    follow === undefined
      ? ""
      : follow.kind === "user"
        ? `following ${follow.user.name}`
        : `following connection ${follow.id}`;
  return [` ${options.title}`, count, followed, filter === "" ? "" : `filter: ${filter}`]
    .filter((part) => part !== "")
    .join("  ");
}

const hints = "? help  Enter fields  f filter  / search  c connection  u user  p pair  s sequence  q quit";
const shortHints = "? help  f filter  / search  c conn  u user  p pair  s sequence  q quit";

function bottomText(browser: Browser, theme: Theme, columns: number): string {
  const { prompt, message, progress, focus, screen } = browser;
  if (prompt !== undefined) return `${prompt.kind}: ${prompt.text}${theme.selected(" ")}`;
  if (progress !== undefined) return theme.warn(`looking … ${Math.floor(progress * 100)} %  (Esc stops)`);
  if (message !== "") return theme.warn(message);
  if (screen === "list" && focus === "fields")
    return theme.dim("up/down field  Tab, Esc back to the list  ? help  q quit");
  return theme.dim(columns >= hints.length ? hints : shortHints);
}

function useTerminalSize(): { columns: number; rows: number } {
  const { stdout } = useStdout();
  const [size, setSize] = useState(() => sizeOf(stdout));
  useEffect(() => {
    const resized = () => setSize(sizeOf(stdout));
    stdout.on("resize", resized);
    return () => {
      stdout.off("resize", resized);
    };
  }, [stdout]);
  return size;
}

function sizeOf({ columns, rows }: { columns?: number; rows?: number }): { columns: number; rows: number } {
  return { columns: columns ?? 80, rows: rows ?? 24 };
}

const named = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "return"],
  ["escape", "escape"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "backspace"],
] as const satisfies readonly (readonly [keyof InkKey, string])[];

/** What was typed or pasted, key by key. */
function keysOf(input: string, key: InkKey): Key[] {
  const name = named.find(([flag]) => key[flag])?.[1];
  if (name !== undefined) return [{ name }];
  // A line feed is what Return sends before the terminal is in raw mode.
  return [...input].map((character) => ({ name: /[\r\n]/.test(character) ? "return" : character, ctrl: key.ctrl }));
}
