import { helpLines } from "../components/help-lines.js";
import { PANEL_EDGE_COLUMNS, PANEL_EDGE_LINES, panelLines, ruleLine, sideBySide } from "../components/panel-lines.js";
import { hexBytesALine, hexColumnsFor } from "../components/pdu-hex-lines.js";
import type { Theme } from "../theme.js";
import { browseKeys, browseNotes } from "./browse-keys.js";
import type { Browser } from "./browser.js";
import { bytesHeading, detailHeading, fieldLines, hexLines, whereText } from "./detail-lines.js";
import { listLines } from "./list-lines.js";
import { sequenceLines } from "./sequence-lines.js";

/** Frames around panels cost lines: they are for terminals that have some to spare. */
const FRAMED_COLUMNS = 100;
const FRAMED_HEIGHT = 30;
/** From here on the details stand beside the list. */
const WIDE_COLUMNS = 160;
/** How much of the width bytes may take from the fields beside them. */
const HEX_SHARE = 0.62;
/** How much of the height the list has, and what is left of that while keys go to the fields. */
const LIST_SHARE = 0.5;
const LIST_SHARE_BEHIND = 0.35;
const WIDE_LIST_SHARE = 0.56;
const HEADING_LINES = 1;

/** What is between the title and the keys: help, the sequence, or the list with the selected PDU's fields and bytes. */
export function browseLines(browser: Browser, columns: number, height: number, theme: Theme): string[] {
  if (browser.screen === "help") {
    return helpLines({ keys: browseKeys, notes: browseNotes, scroll: browser.help, width: columns, height, theme });
  }
  if (browser.screen === "sequence") {
    browser.pageRows = height - 2;
    return sequenceLines(browser, height, columns, theme);
  }
  const panels = { browser, theme };
  if (columns < FRAMED_COLUMNS || height < FRAMED_HEIGHT) return compactLines(panels, columns, height);
  return columns < WIDE_COLUMNS ? stackedLines(panels, columns, height) : wideLines(panels, columns, height);
}

interface Panels {
  readonly browser: Browser;
  readonly theme: Theme;
}

function listShareOf({ browser }: Panels): number {
  return browser.focus === "fields" ? LIST_SHARE_BEHIND : LIST_SHARE;
}

/** Beside bytes fields have so many columns at least; otherwise they stand alone. */
const FIELD_COLUMNS_MIN = 24;

/** Lines across instead of frames. */
function compactLines(panels: Panels, columns: number, height: number): string[] {
  const { browser, theme } = panels;
  const room = height - 1;
  const listHeight = Math.max(2, Math.round(room * listShareOf(panels)));
  const detailHeight = room - listHeight;
  browser.pageRows = Math.max(1, listHeight - HEADING_LINES);
  const hexColumns = hexColumnsFor(hexBytesALine(Math.floor(columns * HEX_SHARE)));
  const fieldColumns = columns - hexColumns - 1;
  const isFocused = browser.focus === "fields";
  return [
    ...filled(listLines(browser, listHeight, columns, theme), listHeight),
    ruleLine({ title: detailHeading(browser), note: whereText(browser), width: columns, theme, isFocused }),
    ...(fieldColumns < FIELD_COLUMNS_MIN
      ? fieldLines(browser, detailHeight, columns, theme)
      : sideBySide([
          { lines: fieldLines(browser, detailHeight, fieldColumns, theme), width: fieldColumns },
          { lines: [], width: 1 },
          { lines: hexLines(browser, detailHeight, hexColumns, theme), width: hexColumns },
        ])),
  ];
}

function stackedLines(panels: Panels, columns: number, height: number): string[] {
  const listHeight = Math.round(height * listShareOf(panels));
  const detailHeight = height - listHeight;
  const hexWidth = hexColumnsFor(hexBytesALine(Math.floor(columns * HEX_SHARE))) + PANEL_EDGE_COLUMNS;
  return [
    ...listPanel(panels, columns, listHeight),
    ...sideBySide([
      { lines: fieldsPanel(panels, columns - hexWidth, detailHeight), width: columns - hexWidth },
      { lines: bytesPanel(panels, hexWidth, detailHeight), width: hexWidth },
    ]),
  ];
}

function wideLines(panels: Panels, columns: number, height: number): string[] {
  const listWidth = Math.floor(columns * WIDE_LIST_SHARE);
  const width = columns - listWidth;
  const fieldsHeight = Math.ceil(height / 2);
  return sideBySide([
    { lines: listPanel(panels, listWidth, height), width: listWidth },
    {
      lines: [...fieldsPanel(panels, width, fieldsHeight), ...bytesPanel(panels, width, height - fieldsHeight)],
      width,
    },
  ]);
}

function listPanel({ browser, theme }: Panels, width: number, height: number): string[] {
  const rows = height - PANEL_EDGE_LINES;
  browser.pageRows = Math.max(1, rows - HEADING_LINES);
  const lines = listLines(browser, rows, width - PANEL_EDGE_COLUMNS, theme);
  const isFocused = browser.focus === "list";
  return panelLines({ title: "PDUs", note: whereText(browser), lines, width, height, theme, isFocused });
}

function fieldsPanel({ browser, theme }: Panels, width: number, height: number): string[] {
  const lines = fieldLines(browser, height - PANEL_EDGE_LINES, width - PANEL_EDGE_COLUMNS, theme);
  return panelLines({
    title: detailHeading(browser),
    lines,
    width,
    height,
    theme,
    isFocused: browser.focus === "fields",
  });
}

function bytesPanel({ browser, theme }: Panels, width: number, height: number): string[] {
  const lines = hexLines(browser, height - PANEL_EDGE_LINES, width - PANEL_EDGE_COLUMNS, theme);
  return panelLines({ title: "Bytes", note: bytesHeading(browser), lines, width, height, theme });
}

function filled(lines: readonly string[], height: number): string[] {
  return [...lines, ...Array.from({ length: Math.max(0, height - lines.length) }, () => "")];
}
