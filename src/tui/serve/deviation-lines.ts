import type { DeviationStatus } from "../../server/inspection.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import { same } from "../theme.js";
import type { PanelPlace } from "./panel-place.js";
import type { ServeView } from "./serve-view.js";

/** What can be switched, and what is fixed while servers run: the key that would switch it says why. */
export function deviationLines(view: ServeView, place: PanelPlace): string[] {
  const { deviations } = view;
  return tableLines({
    ...place,
    columns,
    rows: deviations.length,
    rowAt: (at) => deviations[at] as DeviationStatus,
    selected: view.position("deviations"),
  });
}

const columns: readonly TableColumn<DeviationStatus>[] = [
  {
    title: "now",
    width: 9,
    text: ({ isOn, fixedBecause }) => `${isOn ? "on" : "off"}${fixedBecause === undefined ? "" : " fixed"}`,
    style: ({ isOn }, theme) => (isOn ? theme.warn : theme.dim),
  },
  { title: "id", width: 6, text: ({ id }) => id, style: (_, theme) => theme.accent },
  {
    title: "with it, ours",
    width: "rest",
    text: ({ does }) => does,
    style: ({ fixedBecause }, theme) => (fixedBecause === undefined ? same : theme.dim),
  },
];
