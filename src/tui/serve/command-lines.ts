import { countText } from "../components/quantity-text.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import type { PanelPlace } from "./panel-place.js";
import type { CommandRow } from "./serve-moment.js";
import type { ServeView } from "./serve-view.js";

/** What each server gets and sends by command. */
export function commandLines(view: ServeView, place: PanelPlace): string[] {
  const { commands } = view;
  return tableLines({
    ...place,
    columns,
    rows: commands.length,
    rowAt: (at) => commands[at] as CommandRow,
    selected: view.position("commands"),
    empty: "no PDU yet",
  });
}

const columns: readonly TableColumn<CommandRow>[] = [
  { title: "server", width: 7, text: ({ server }) => server },
  { title: "command", width: "rest", text: ({ name }) => name, style: (_, theme) => theme.accent },
  { title: "in/s", width: 7, align: "right", text: ({ inRate }) => countText(inRate) },
  { title: "out/s", width: 7, align: "right", text: ({ outRate }) => countText(outRate) },
  {
    title: "total",
    width: 9,
    align: "right",
    text: ({ total }) => countText(total),
    style: (_, theme) => theme.dim,
    fromWidth: 60,
  },
];
