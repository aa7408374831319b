import type { LoadSnapshot, SecondLatency } from "../../runner/load/load-event.js";
import type { ThresholdResult } from "../../runner/load/metrics/threshold.js";
import { bytesText } from "../components/bytes-text.js";
import { cut, fitted, printable, widthOf } from "../components/fit-text.js";
import { progressBar } from "../components/progress-bar.js";
import { clockText, countText, durationText, shareText } from "../components/quantity-text.js";
import { sparkline } from "../components/sparkline.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import { wrapped } from "../components/wrapped-text.js";
import { same, type Theme } from "../theme.js";
import type { LoadDashboard } from "./load-dashboard.js";

const NAME_COLUMNS = 10;
const NUMBER_COLUMNS = 10;
const METRIC_COLUMNS_MIN = 6;

/** Rates with their last seconds as small bars. */
export function trafficLines({ history, snapshot }: LoadDashboard, columns: number, theme: Theme): string[] {
  const rows: [name: string, read: (snapshot: LoadSnapshot) => number][] = [
    ["sent", ({ sentPerSecond }) => sentPerSecond],
    ["acked", ({ ackedPerSecond }) => ackedPerSecond],
    ["delivered", ({ deliveredPerSecond }) => deliveredPerSecond],
    ["PDUs out", ({ pdusSentPerSecond }) => pdusSentPerSecond],
    ["PDUs in", ({ pdusReceivedPerSecond }) => pdusReceivedPerSecond],
  ];
  const room = Math.max(0, columns - NAME_COLUMNS - NUMBER_COLUMNS - 3);
  return rows.map(([name, read]) => {
    const value = `${countText(snapshot === undefined ? 0 : read(snapshot))}/s`;
    return `${fitted(name, NAME_COLUMNS)} ${fitted(value, NUMBER_COLUMNS, "right")}  ${theme.accent(sparkline(history.series(read, room), room))}`;
  });
}

type CommandRow = SecondLatency & { readonly command: string };

const milliseconds = (title: string, read: (row: CommandRow) => number, fromWidth = 0): TableColumn<CommandRow> => ({
  title,
  width: 8,
  align: "right",
  fromWidth,
  text: (row) => durationText(read(row)),
});

const commandColumns: readonly TableColumn<CommandRow>[] = [
  { title: "in the last second", width: "rest", text: ({ command }) => command },
  { title: "count", width: 7, align: "right", text: ({ count }) => countText(count) },
  milliseconds("p50", ({ p50Ms }) => p50Ms, 46),
  milliseconds("p95", ({ p95Ms }) => p95Ms, 56),
  milliseconds("p99", ({ p99Ms }) => p99Ms),
  milliseconds("max", ({ maxMs }) => maxMs, 66),
];

/** What took longest in this second. */
export function commandLines({ live }: LoadDashboard, width: number, height: number, theme: Theme): string[] {
  const commands = live?.commands ?? [];
  const rowAt = (at: number) => commands[at] as CommandRow;
  return tableLines({
    columns: commandColumns,
    rows: commands.length,
    rowAt,
    width,
    height,
    theme,
    empty: "nothing was waited for",
  });
}

/** Thresholds, those that do not hold first, then errors by kind. */
export function thresholdLines({ live }: LoadDashboard, columns: number, theme: Theme): string[] {
  const thresholds = [...(live?.thresholds ?? [])].sort((one, other) => Number(one.ok) - Number(other.ok));
  return thresholds.map(({ metric, expression, ok, actual, unit }) => {
    const [mark, look] = actual === null ? ["·", theme.dim] : ok ? ["✔", theme.good] : ["✘", theme.bad];
    const value = actual === null ? "-" : valueText(actual, unit);
    const room = columns - 3 - widthOf(value);
    // What it must be stays readable where the metric's name has no room.
    const name = cut(metric, Math.max(METRIC_COLUMNS_MIN, room - widthOf(expression) - 1));
    return look(`${mark} ${fitted(`${name} ${expression}`, room)} ${value}`);
  });
}

export function errorLines({ live }: LoadDashboard, columns: number, theme: Theme): string[] {
  const kinds = Object.entries(live?.errorsByKind ?? {})
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one);
  return kinds.map(([kind, count]) =>
    theme.bad(`${fitted(kind, columns - 10)} ${fitted(countText(count), 9, "right")}`),
  );
}

/** Newest first: tags, pauses, what iterations threw, what a file printed. */
export function noteLines({ notes }: LoadDashboard, height: number, theme: Theme): string[] {
  return notes
    .slice(-height)
    .reverse()
    .map(
      ({ atMs, text, isBad }) =>
        `${theme.dim(fitted(clockText(atMs), 7, "right"))}  ${(isBad ? theme.bad : same)(printable(text))}`,
    );
}

/** How the generator itself does. */
export function generatorLines({ snapshot, live, history }: LoadDashboard, columns: number, theme: Theme): string[] {
  const busy = snapshot?.busyShare ?? 0;
  const look = (live?.doubts.length ?? 0) > 0 ? theme.warn : theme.accent;
  const room = Math.max(1, columns - 7 - 6);
  return [
    `CPU    ${progressBar(busy, room, theme, look)} ${shareText(busy)}`,
    `       ${theme.dim(
      sparkline(
        history.series(({ busyShare }) => busyShare, room),
        room,
        1,
      ),
    )}`,
    `late at p99  ${fitted(durationText(live?.eventLoopLagP99Ms ?? null), NUMBER_COLUMNS, "right")}`,
    `acts dropped ${fitted(countText(snapshot?.droppedIterations ?? 0), NUMBER_COLUMNS, "right")}`,
    ...(live?.doubts ?? []).flatMap((doubt) => wrapped(`! ${doubt}`, columns).map(theme.warn)),
  ];
}

function valueText(value: number, unit: ThresholdResult["unit"]): string {
  switch (unit) {
    case "ms":
      return durationText(value);
    case "B":
      return bytesText(value);
    case "B/s":
      return `${bytesText(Math.round(value))}/s`;
    case "/s":
      return `${numberText(value)}/s`;
    case undefined:
      return numberText(value);
  }
}

function numberText(value: number): string {
  return Math.abs(value) >= 1000 ? countText(value) : String(Math.round(value * 100) / 100);
}
