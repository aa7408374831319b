import { fitted } from "../components/fit-text.js";
import { topOf } from "../components/list-position.js";
import { fieldText } from "../components/pdu-field-text.js";
import { pduHexLines } from "../components/pdu-hex-lines.js";
import type { Theme } from "../theme.js";
import type { Browser } from "./browser.js";
import { connectionText, durationText } from "./pdu-words.js";

/** Which PDU is selected, which way it went, and what answers it. */
export function detailHeading({ index, selectedRow: row }: Browser): string {
  if (row === undefined) return "";
  const pair = index.pair(row);
  const parts = [`#${row + 1}`, index.direction(row) ?? "", pair === undefined ? "" : pairText(index, row, pair)];
  return parts.filter((part) => part !== "").join("  ");
}

/** Who sent it to whom, whose connection it is, and where in the connection it stands. */
export function whereText({ index, selectedRow: row }: Browser): string {
  if (row === undefined) return "";
  return [connectionText(index, row), `byte ${index.streamOffset(row)}`].filter((part) => part !== "").join("  ");
}

function pairText(index: Browser["index"], row: number, pair: number): string {
  const isRequest = pair > row;
  const [from, to] = [index.timeMicros(Math.min(row, pair)), index.timeMicros(Math.max(row, pair))];
  const took = from === undefined || to === undefined ? "" : ` after ${durationText(to - from)}`;
  return isRequest ? `answered by #${pair + 1}${took}` : `answers #${pair + 1}${took}`;
}

/** The fields of the selected PDU, so many lines around the selected one. */
export function fieldLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const { fieldLines: lines, fieldAt, focus } = browser;
  const top = topOf(fieldAt, lines.length, height);
  return lines.slice(top, top + height).map((line, at) => {
    const isSelected = top + at === fieldAt;
    if (!isSelected) return `  ${fieldText(line, theme)}`;
    const marked = `${theme.isStyled && focus === "fields" ? "  " : "> "}${fieldText(line, undefined)}`;
    return focus === "fields" ? theme.selected(fitted(marked, columns)) : marked;
  });
}

/** How many bytes the PDU has, and where the selected field's are. */
export function bytesHeading({ index, selectedRow: row, selectedField: field }: Browser): string {
  if (row === undefined) return "";
  const all = `${index.bytes(row).length} bytes`;
  return field === undefined ? all : `${field.name}: ${field.start}…${field.end} of ${all}`;
}

/** The selected PDU's bytes, those of the selected field lit; so many lines that the field's beginning shows. */
export function hexLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const row = browser.selectedRow;
  if (row === undefined) return [];
  return pduHexLines(browser.index.bytes(row), browser.selectedField, height, columns, theme);
}
