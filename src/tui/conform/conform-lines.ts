import { type BlockOptions, blockLines, hasRoomForFrames, hasRoomForPairs } from "../components/block-lines.js";
import { helpLines } from "../components/help-lines.js";
import { PANEL_EDGE_COLUMNS, PANEL_EDGE_LINES, sideBySide } from "../components/panel-lines.js";
import type { Theme } from "../theme.js";
import { conformKeys, conformNotes } from "./conform-keys.js";
import type { ConformView } from "./conform-view.js";
import { evidenceLines, pduLines, previewLines, wireLines } from "./finding-lines.js";
import { findingsLines, groupLines, headerLines, nameOf, runningLines } from "./overview-lines.js";

const GROUPS_SHARE = 0.6;
const EVIDENCE_SHARE_MAX = 0.4;
/** Of the height beneath the groups: the list of findings, where the selected one is shown beneath it. */
const LIST_SHARE = 0.45;
const PREVIEW_LINES_MIN = 8;
/** Lower than this nothing but headings would have room: what keys go to has it, and the verdict. */
const COMPACT_HEIGHT_MIN = 12;
/** Areas need not be taller than there are; the rest is for findings. */
const UPPER_SHARE_MAX = 0.55;

/** What is between the title and the keys. */
export function conformLines(view: ConformView, columns: number, height: number, theme: Theme): string[] {
  if (view.screen === "help") {
    return helpLines({ keys: conformKeys, notes: conformNotes, scroll: view.help, width: columns, height, theme });
  }
  const isFramed = hasRoomForFrames(columns, height);
  if (view.screen === "finding") return openedLines(view, isFramed, columns, height, theme);
  const header = headerLines(view, columns, theme);
  if (height < COMPACT_HEIGHT_MIN) {
    const verdict = header.slice(0, 1);
    return [...verdict, ...findingsPanel(view, isFramed, columns, height - verdict.length, theme)];
  }
  return [...header, ...overviewLines(view, isFramed, columns, height - header.length, theme)];
}

function edges(isFramed: boolean): number {
  return isFramed ? PANEL_EDGE_LINES : 1;
}

function overviewLines(view: ConformView, isFramed: boolean, columns: number, height: number, theme: Theme): string[] {
  const wanted = view.groups.areas.length + edges(isFramed);
  const upper = Math.min(wanted, Math.floor(height * UPPER_SHARE_MAX));
  const common = { height: upper, theme, isFramed };
  const lower = height - upper;
  const selected = view.findings.rows[view.selected];
  const list = Math.ceil(lower * LIST_SHARE);
  const isPreviewed = isFramed && selected !== undefined && lower - list >= PREVIEW_LINES_MIN;
  return [
    ...progressBlocks(view, columns, common),
    ...findingsPanel(view, isFramed, columns, isPreviewed ? list : lower, theme),
    ...(isPreviewed
      ? blockLines({
          ...common,
          title: nameOf(selected),
          note: "Enter: all of it",
          width: columns,
          height: lower - list,
          body: (c, h) => previewLines(view, selected, c, h, theme),
        })
      : []),
  ];
}

/** Requirements, and cases under way beside them, or how many they are. */
function progressBlocks(
  view: ConformView,
  columns: number,
  common: Pick<BlockOptions, "height" | "theme" | "isFramed">,
): string[] {
  const { theme } = common;
  const running = view.running.length;
  const requirements = {
    ...common,
    title: "Requirements",
    body: (c: number, h: number) => groupLines(view, c, h, theme),
  };
  if (!hasRoomForPairs(columns)) return blockLines({ ...requirements, note: `${running} running`, width: columns });
  const left = Math.floor((columns - 1) * GROUPS_SHARE);
  const right = columns - 1 - left;
  const cases = { ...common, title: "Running", body: (c: number, h: number) => runningLines(view, c, h, theme) };
  return sideBySide([
    { lines: blockLines({ ...requirements, width: left }), width: left },
    { lines: [], width: 1 },
    { lines: blockLines({ ...cases, note: String(running), width: right }), width: right },
  ]);
}

function findingsPanel(view: ConformView, isFramed: boolean, columns: number, height: number, theme: Theme): string[] {
  const { rows } = view.findings;
  return blockLines({
    ...(rows.length === 0 ? {} : { note: `${view.selected + 1} / ${rows.length}` }),
    title: "Findings",
    width: columns,
    height,
    theme,
    isFramed,
    isFocused: true,
    body: (c, h) => {
      view.pageRows = Math.max(1, h - 1);
      return findingsLines(view, c, h, theme);
    },
  });
}

function openedLines(view: ConformView, isFramed: boolean, columns: number, height: number, theme: Theme): string[] {
  const { opened, wire, wireAt } = view;
  const title = opened?.kind === "case" ? opened.result.id : "Blocked";
  const isLow = height < COMPACT_HEIGHT_MIN;
  const most = (isLow ? height - lowWireLines(height) : Math.floor(height * EVIDENCE_SHARE_MAX)) - edges(isFramed);
  const inner = columns - (isFramed ? PANEL_EDGE_COLUMNS : 0);
  const evidence = opened === undefined ? [] : evidenceLines(opened, inner, most, theme);
  const evidenceHeight = evidence.length + edges(isFramed);
  const rest = height - evidenceHeight;
  const wireHeight = isLow ? rest : Math.ceil(rest * 0.55);
  const common = { width: columns, theme, isFramed };
  return [
    ...blockLines({ ...common, title, height: evidenceHeight, body: () => evidence }),
    ...blockLines({
      ...common,
      title: "Wire log",
      ...(wire.length === 0 ? {} : { note: `${wireAt + 1} / ${wire.length}` }),
      height: wireHeight,
      isFocused: true,
      body: (c, h) => {
        view.pageRows = Math.max(1, h - 1);
        return wireLines(view, { width: c, height: h, theme });
      },
    }),
    ...(isLow
      ? []
      : blockLines({
          ...common,
          title: "PDU",
          height: rest - wireHeight,
          body: (c, h) => pduLines(view, c, h, theme),
        })),
  ];
}

/** Half of a low terminal, and an entry at least beneath two headings. */
function lowWireLines(height: number): number {
  return Math.max(3, Math.floor(height / 2));
}
