import type { PartProgress } from "../../runner/load/part-progress.js";
import { hasRoomForPairs } from "../components/block-lines.js";
import { cut, fitted, printable, widthOf } from "../components/fit-text.js";
import { progressBar } from "../components/progress-bar.js";
import { clockText, countText, countWithin, durationText, shareText } from "../components/quantity-text.js";
import type { Style, Theme } from "../theme.js";
import type { LoadDashboard } from "./load-dashboard.js";

const PARTS_MAX = 4;
const WORD_COLUMNS = 10;

/** Above the panels, always: the verdict so far, how far the run is, and who is online. */
export function headerLines(dashboard: LoadDashboard, columns: number, theme: Theme): string[] {
  return [
    verdictLine(dashboard, columns, theme),
    ...progressLines(dashboard, columns, theme),
    crowdLine(dashboard, columns, theme),
  ];
}

/** Why the run fails as it stands; empty = it holds. */
export function failuresOf({ live }: LoadDashboard): readonly string[] {
  if (live === undefined) return [];
  const broken = live.thresholds
    .filter(({ ok, actual }) => !ok && actual !== null)
    .map(({ metric, expression }) => `${metric} ${expression}`);
  return [...live.serverFaults, ...broken];
}

function verdictLine(dashboard: LoadDashboard, columns: number, theme: Theme): string {
  const [mark, word, text, style] = verdictOf(dashboard, theme);
  const state = stateText(dashboard);
  const room = columns - widthOf(state) - 4;
  const said = hasRoomForPairs(columns) ? fitted(word, WORD_COLUMNS) : word;
  const verdict = cut(`${mark} ${said} ${text}`, room);
  return ` ${theme.bold(style(fitted(verdict, room)))}  ${theme.warn(state)}`;
}

function verdictOf(dashboard: LoadDashboard, theme: Theme): [mark: string, word: string, text: string, style: Style] {
  const { live } = dashboard;
  const failures = failuresOf(dashboard);
  if (failures.length > 0) return ["✘", "FAILS", failures.join(", "), theme.bad];
  if (live !== undefined && live.doubts.length > 0) return ["!", "NOT VALID", live.doubts.join("; "), theme.warn];
  if (live === undefined || live.counts.sent === 0) {
    const waiting = live?.waiting || "no message has been sent yet";
    return ["·", "WAITS", waiting, theme.dim];
  }
  return ["✔", "HOLDS", "all messages so far were acked and delivered once, in order", theme.good];
}

function stateText({ isStopping, isPaused, factor }: LoadDashboard): string {
  const scaled = factor === 1 ? "" : `load ×${factor}`;
  return [isStopping ? "STOPPING" : isPaused ? "PAUSED" : "", scaled].filter((part) => part !== "").join("  ");
}

/** A line for each scenario while they act; before and after one for the phase. */
function progressLines(dashboard: LoadDashboard, columns: number, theme: Theme): string[] {
  const { phase, live, snapshot, facts } = dashboard;
  const parts = live?.parts ?? [];
  if (phase === "steady" && parts.length > 0) {
    const shown = parts.slice(0, parts.length > PARTS_MAX ? PARTS_MAX - 1 : PARTS_MAX);
    const lines = shown.map((part) => partLine(part, parts.length > 1, columns, theme));
    const more = parts.length - shown.length;
    return more === 0 ? lines : [...lines, theme.dim(` and ${more} more`)];
  }
  const online = snapshot?.devicesOnline ?? 0;
  const inFlight = snapshot?.inFlight ?? 0;
  const isWide = hasRoomForPairs(columns);
  const [share, text] =
    phase === "drain"
      ? [1, `${countText(inFlight)} ${isWide ? "messages in flight" : "in flight"}`]
      : [
          online / Math.max(1, facts.devices),
          `${countText(online)} of ${countText(facts.devices)}${isWide ? " devices online" : ""}`,
        ];
  return [barLine(phase, share, text, columns, theme)];
}

function partLine(part: PartProgress, isNamed: boolean, columns: number, theme: Theme): string {
  const { name, stage, share, timeLeftMs, ratePerSecond, vus } = part;
  const left = timeLeftMs === null ? "" : `${clockText(timeLeftMs)} left`;
  const rate = ratePerSecond === null ? `${countText(vus)} VUs` : `${countText(ratePerSecond)}/s`;
  const label = isNamed ? `${printable(name)} ${stage}` : stage;
  const text = hasRoomForPairs(columns)
    ? `${shareText(share)}  ${fitted(left, 12, "right")}  ${fitted(rate, 10, "right")}`
    : `${shareText(share)} ${fitted(left, 10, "right")}`;
  return barLine(label, share, text, columns, theme);
}

const LABEL_COLUMNS = 16;
const BAR_TEXT_COLUMNS = 32;
const BAR_TEXT_COLUMNS_NARROW = 16;

function barLine(label: string, share: number, text: string, columns: number, theme: Theme): string {
  const labelColumns = Math.max(LABEL_COLUMNS, Math.floor(columns / 6));
  const textColumns = hasRoomForPairs(columns) ? BAR_TEXT_COLUMNS : BAR_TEXT_COLUMNS_NARROW;
  const room = Math.max(1, columns - labelColumns - textColumns - 3);
  return ` ${theme.bold(fitted(label, labelColumns))} ${progressBar(share, room, theme)} ${fitted(text, textColumns)}`;
}

function crowdLine({ snapshot, live }: LoadDashboard, columns: number, theme: Theme): string {
  const number = (value: number | undefined, width: number) => countWithin(value ?? 0, width);
  const isWide = hasRoomForPairs(columns);
  const [users, devices, inFlight] = isWide ? [6, 7, 5] : [5, 5, 4];
  const crowd = `${number(snapshot?.users, users)} users ${number(snapshot?.devicesOnline, devices)} devices ${number(snapshot?.inFlight, inFlight)} in flight`;
  if (!isWide) return crowd;
  const generator = generatorText(
    snapshot?.busyShare ?? 0,
    live?.eventLoopLagP99Ms ?? 0,
    snapshot?.droppedIterations ?? 0,
  );
  const look = (live?.doubts.length ?? 0) > 0 ? theme.warn : theme.dim;
  return `${crowd}${look(fitted(generator, Math.max(0, columns - widthOf(crowd) - 1), "right"))}`;
}

function generatorText(busyShare: number, lagMs: number, dropped: number): string {
  return `CPU${shareText(busyShare)} ${fitted(durationText(lagMs), 7, "right")} late ${countWithin(dropped, 4)} dropped`;
}
