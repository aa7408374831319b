import type { DeliveryCounts } from "../../runner/load/oracle/delivery-counts.js";
import { fitted } from "../components/fit-text.js";
import { countText } from "../components/quantity-text.js";
import { same, type Theme } from "../theme.js";
import type { LoadDashboard } from "./load-dashboard.js";

const NAME_COLUMNS = 10;
const NUMBER_COLUMNS = 10;
const FAULT_COLUMNS = 21;
const NARROW_COLUMNS = 36;
const GAP = "  ";

/** What the oracle counts as wrong, the worst first; the second name is for where there is little room. */
const faultNames: readonly (readonly [count: keyof DeliveryCounts, name: string, short: string])[] = [
  ["lost", "lost", "lost"],
  ["duplicated", "duplicated", "duplicated"],
  ["reordered", "reordered", "reordered"],
  ["corrupted", "corrupted", "corrupted"],
  ["misdelivered", "misdelivered", "astray"],
  ["unacked", "never acked", "unacked"],
  ["diverged", "diverged", "diverged"],
  ["notInHistory", "not in history", "no history"],
  ["unreadWrong", "unread wrong", "bad unread"],
];

/** What became of the messages; faults are red as soon as there is one, and what is wrong is never what is left out. */
export function deliveryLines({ live }: LoadDashboard, columns: number, height: number, theme: Theme): string[] {
  const counts = live?.counts;
  const isNarrow = columns < NARROW_COLUMNS;
  const of = (name: string, done = 0, all = 0) =>
    `${fitted(name, NAME_COLUMNS)} ${fitted(countText(done), NUMBER_COLUMNS, "right")} ${isNarrow ? "" : theme.dim(`of ${countText(all)}`)}`;
  const readsExpected = counts?.readsExpected ?? 0;
  const totals = [
    of("acked", counts?.acked, counts?.sent),
    of("delivered", counts?.delivered, counts?.expectedDeliveries),
  ];
  const reads = readsExpected > 0 ? [of("reads told", counts?.readsTold, readsExpected)] : [];
  const faults = faultNames.map(([key, name, short]): Fault => [isNarrow ? short : name, counts?.[key] ?? 0]);
  const room = Math.max(0, height - totals.length);
  if (isNarrow || room >= reads.length + faults.length) {
    const shown = room >= reads.length + faults.length ? reads : [];
    return [...totals, ...shown, ...mostWanted(faults, room).map((fault) => faultText(fault, FAULT_COLUMNS, theme))];
  }
  const half = Math.floor((columns - GAP.length) / 2);
  const shown = room >= reads.length + Math.ceil(faults.length / 2) ? reads : [];
  const cells = mostWanted(faults, 2 * room).map((fault) => faultText(fault, half, theme));
  const rows = Array.from({ length: Math.ceil(cells.length / 2) }, (_, row) =>
    cells.slice(2 * row, 2 * row + 2).join(GAP),
  );
  return [...totals, ...shown, ...rows];
}

type Fault = readonly [name: string, count: number];

/** As many as there is room for, in their order: those that there are before those that there are not. */
function mostWanted(faults: readonly Fault[], room: number): readonly Fault[] {
  const there = faults.filter(([, count]) => count > 0);
  const chosen = new Set([...there, ...faults.filter(([, count]) => count === 0)].slice(0, room));
  return faults.filter((fault) => chosen.has(fault));
}

function faultText([name, count]: Fault, width: number, theme: Theme): string {
  const number = `${count > 0 ? "!" : ""}${countText(count)}`;
  return (count > 0 ? theme.bad : same)(`${fitted(name, Math.max(0, width - number.length - 1))} ${number}`);
}
