import { bytesText } from "../components/bytes-text.js";
import { clockText, countText } from "../components/quantity-text.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import { same, type Theme } from "../theme.js";
import type { PanelPlace } from "./panel-place.js";
import { counted, type ServerRow } from "./serve-moment.js";
import type { ServeView } from "./serve-view.js";

/** Servers, and beneath each its links. */
export function serverLines(view: ServeView, place: PanelPlace): string[] {
  const { servers, options } = view;
  return tableLines({
    ...place,
    columns: columnsOf(options.adminAddresses),
    rows: servers.length,
    rowAt: (at) => servers[at] as ServerRow,
    selected: view.position("servers"),
  });
}

function columnsOf(adminAddresses: readonly string[]): TableColumn<ServerRow>[] {
  return [
    {
      title: "server",
      width: 13,
      text: ({ name, link }) => (link === undefined ? name : ` ${name}`),
      style: ({ link }, theme) => (link === undefined ? theme.bold : same),
    },
    {
      title: "address",
      width: 21,
      text: ({ link, status }) => link?.at ?? mainAddress(status.addresses),
      fromWidth: 66,
    },
    { title: "state", width: "rest", text: stateText, style: stateStyle },
    {
      title: "  since",
      width: 8,
      align: "right",
      text: ({ link }) => since(link?.openForMs),
      style: dim,
      fromWidth: 75,
    },
    {
      title: "in/s",
      width: 7,
      align: "right",
      text: ({ inRate }) => countText(inRate),
    },
    {
      title: "out/s",
      width: 7,
      align: "right",
      text: ({ outRate }) => countText(outRate),
      fromWidth: 46,
    },
    {
      title: "outbox",
      width: 8,
      align: "right",
      text: ({ link, status }) => bytesText(link?.outboxBytes ?? counted([status], "outboxBytes")),
      style: dim,
      fromWidth: 88,
    },
    {
      title: "  admin port",
      width: 24,
      text: ({ link, role }) => (link === undefined ? `  ${adminAddresses[role] ?? ""}` : ""),
      style: dim,
      fromWidth: 112,
    },
  ];
}

const dim = (_: ServerRow, theme: Theme) => theme.dim;

function since(ms: number | undefined): string {
  return ms === undefined ? "" : clockText(ms);
}

/** Where others find it: the port for clients, where it has one. */
function mainAddress(addresses: Readonly<Record<string, string>>): string {
  return addresses.clients ?? addresses.servers ?? addresses.http ?? "";
}

function stateText({ link, status }: ServerRow): string {
  if (link === undefined)
    return status.lacking.length === 0 ? "serves" : `lacks ${status.lacking.join(", ").replaceAll("_server", "")}`;
  if (link.isOpen) return link.isMaster ? "open, master" : "open";
  return link.redialInMs === undefined ? "dialling" : `redial in ${Math.ceil(link.redialInMs / 1000)} s`;
}

function stateStyle({ link, status }: ServerRow, theme: Theme) {
  if (link === undefined) return status.lacking.length === 0 ? theme.good : theme.bad;
  return link.isOpen ? theme.good : theme.bad;
}
