import { blockLines, hasRoomForFrames, hasRoomForPairs } from "../components/block-lines.js";
import { helpLines } from "../components/help-lines.js";
import { sideBySide } from "../components/panel-lines.js";
import type { Theme } from "../theme.js";
import { dashboardKeys, dashboardNotes } from "./dashboard-keys.js";
import { deliveryLines } from "./delivery-lines.js";
import { failuresOf, headerLines } from "./header-lines.js";
import { latencyLines, messageRateLines, pduRateLines } from "./latency-lines.js";
import type { LoadDashboard } from "./load-dashboard.js";
import { commandLines, errorLines, generatorLines, noteLines, thresholdLines, trafficLines } from "./panel-texts.js";

/** Lower than this nothing but headings would have room: a part of the panel has it all. */
const COMPACT_HEIGHT_MIN = 12;
/** The verdict, and how far the run is. */
const COMPACT_HEADER_LINES = 2;

/** A titled part, for so many columns and lines. */
type Block = (width: number, height: number) => string[];

/** What is between the title and the keys: the header, and beneath it the panel that is chosen. */
export function dashboardLines(dashboard: LoadDashboard, columns: number, height: number, theme: Theme): string[] {
  if (dashboard.isHelpShown) {
    return helpLines({
      keys: dashboardKeys,
      notes: dashboardNotes,
      scroll: dashboard.help,
      width: columns,
      height,
      theme,
    });
  }
  const header = headerLines(dashboard, columns, theme);
  const isFramed = hasRoomForFrames(columns, height);
  const blocks = blocksOf(dashboard, isFramed, theme);
  if (height < COMPACT_HEIGHT_MIN) {
    const compact = header.slice(0, COMPACT_HEADER_LINES);
    return [...compact, ...compactPanelOf(dashboard, blocks)(columns, height - compact.length)];
  }
  const panel = hasRoomForPairs(columns)
    ? panelOf(dashboard, blocks, isFramed)
    : fittingStack(narrowPanelOf(dashboard, blocks));
  return [...header, ...panel(columns, height - header.length)];
}

type Blocks = ReturnType<typeof blocksOf>;

function panelOf({ panel }: LoadDashboard, blocks: Blocks, isFramed: boolean): Block {
  switch (panel) {
    case "latency":
      return stack([1, blocks.delivery], [1, blocks.ack]);
    case "traffic":
      return stack([3, blocks.messages], [3, blocks.pdus], [2, row([1, blocks.traffic], [1, blocks.deliveries])]);
    case "commands":
      return blocks.commands;
    case "problems":
      return stack(
        [2, row([3, blocks.thresholds], [2, blocks.errors])],
        [2, row([3, blocks.notes], [2, blocks.generator])],
      );
    case "overview":
      return isFramed
        ? stack(
            [5, row([1, blocks.delivery], [1, blocks.ack])],
            [4, row([2, blocks.messages], [1, blocks.deliveries], [1, blocks.generator])],
            [4, row([4, blocks.commands], [3, blocks.problems], [2, blocks.notes])],
          )
        : stack(
            [7, blocks.delivery],
            [6, row([1, blocks.traffic], [1, blocks.deliveries])],
            [5, row([1, blocks.commands], [1, blocks.problems])],
          );
  }
}

/** The parts of a panel for a terminal that has no room beside them, the most wanted first. */
function narrowPanelOf({ panel }: LoadDashboard, blocks: Blocks): readonly Block[] {
  switch (panel) {
    case "overview":
      return [blocks.delivery, blocks.deliveries, blocks.problems, blocks.commands, blocks.notes];
    case "latency":
      return [blocks.delivery, blocks.ack];
    case "traffic":
      return [blocks.traffic, blocks.deliveries, blocks.messages, blocks.pdus];
    case "commands":
      return [blocks.commands];
    case "problems":
      return [blocks.problems, blocks.generator, blocks.notes];
  }
}

/** What of a panel says most in a few lines. */
function compactPanelOf({ panel }: LoadDashboard, blocks: Blocks): Block {
  switch (panel) {
    case "overview":
    case "commands":
      return blocks.commands;
    case "latency":
      return blocks.delivery;
    case "traffic":
      return blocks.traffic;
    case "problems":
      return blocks.problems;
  }
}

function blocksOf(dashboard: LoadDashboard, isFramed: boolean, theme: Theme) {
  const block =
    (title: string, body: (columns: number, height: number) => string[], note?: string): Block =>
    (width, height) =>
      blockLines({ title, body, width, height, theme, isFramed, ...(note === undefined ? {} : { note }) });
  const failures = failuresOf(dashboard).length;
  return {
    delivery: block("Delivery latency", (columns, height) =>
      latencyLines(dashboard, "delivery", columns, height, theme),
    ),
    ack: block("Ack latency", (columns, height) => latencyLines(dashboard, "ack", columns, height, theme)),
    messages: block("Messages a second", (columns, height) => messageRateLines(dashboard, columns, height, theme)),
    pdus: block("PDUs a second", (columns, height) => pduRateLines(dashboard, columns, height, theme)),
    traffic: block("Traffic", (columns) => trafficLines(dashboard, columns, theme)),
    deliveries: block("Deliveries", (columns, height) => deliveryLines(dashboard, columns, height, theme)),
    commands: block("Slowest commands", (columns, height) => commandLines(dashboard, columns, height, theme)),
    thresholds: block("Thresholds", (columns) => orNone(thresholdLines(dashboard, columns, theme), theme)),
    errors: block("Errors", (columns) => orNone(errorLines(dashboard, columns, theme), theme)),
    problems: block(
      "Thresholds and errors",
      (columns) =>
        orNone([...errorLines(dashboard, columns, theme), ...thresholdLines(dashboard, columns, theme)], theme),
      failures === 0 ? undefined : `${failures} !`,
    ),
    notes: block("Tags and events", (_, height) => orNone(noteLines(dashboard, height, theme), theme)),
    generator: block("Generator", (columns) => generatorLines(dashboard, columns, theme)),
  };
}

function orNone(lines: string[], theme: Theme): string[] {
  return lines.length === 0 ? [theme.dim("none")] : lines;
}

/** Blocks above each other, each with its share of the height. */
function stack(...parts: readonly (readonly [share: number, block: Block])[]): Block {
  return (width, height) =>
    shared(
      height,
      parts.map(([share]) => share),
    ).flatMap((lines, at) => parts[at]?.[1](width, lines) ?? []);
}

/** With fewer lines a block has more heading than numbers. */
const BLOCK_LINES_MIN = 4;

/** As many of the blocks above each other as have room, all of a height. */
function fittingStack(blocks: readonly Block[]): Block {
  return (width, height) => {
    const fitting = blocks.slice(0, Math.max(1, Math.floor(height / BLOCK_LINES_MIN)));
    return stack(...fitting.map((block) => [1, block] as const))(width, height);
  };
}

/** Blocks beside each other, each with its share of the width. */
function row(...parts: readonly (readonly [share: number, block: Block])[]): Block {
  return (width, height) => {
    const gap = 1;
    const widths = shared(
      width - gap * (parts.length - 1),
      parts.map(([share]) => share),
    );
    return sideBySide(
      parts.flatMap(([, block], at) => {
        const columns = widths[at] ?? 0;
        const lines = { lines: block(columns, height), width: columns };
        return at === 0 ? [lines] : [{ lines: [], width: gap }, lines];
      }),
    );
  };
}

/** A whole in parts by their shares; the last one takes what is left. */
function shared(whole: number, shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let left = whole;
  return shares.map((share, at) => {
    const size = at === shares.length - 1 ? left : Math.round((whole * share) / total);
    left -= size;
    return size;
  });
}
