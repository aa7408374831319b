import { ClientType } from "../../codec/generated/enums.js";
import { bytesText } from "../components/bytes-text.js";
import { clockText, countText } from "../components/quantity-text.js";
import { type TableColumn, tableLines } from "../components/table-lines.js";
import type { Theme } from "../theme.js";
import type { PanelPlace } from "./panel-place.js";
import type { ClientRow } from "./serve-moment.js";
import type { ServeView } from "./serve-view.js";

const deviceNames: Readonly<Record<ClientType, string>> = {
  [ClientType.CLIENT_TYPE_WINDOWS]: "windows",
  [ClientType.CLIENT_TYPE_MAC]: "mac",
  [ClientType.CLIENT_TYPE_IOS]: "ios",
  [ClientType.CLIENT_TYPE_ANDROID]: "android",
};

/** Logged-in connections, the slowest readers first. */
export function clientLines(view: ServeView, place: PanelPlace): string[] {
  const { clients, clientFilter } = view;
  return tableLines({
    ...place,
    columns,
    rows: clients.length,
    rowAt: (at) => clients[at] as ClientRow,
    selected: view.position("clients"),
    empty: clientFilter === "" ? "nobody is logged in" : "nobody here is called so; Esc shows all",
  });
}

const dim = (_: ClientRow, theme: Theme) => theme.dim;

const columns: readonly TableColumn<ClientRow>[] = [
  { title: "user", width: "rest", text: ({ userName }) => userName },
  { title: "id", width: 7, align: "right", text: ({ userId }) => String(userId), style: dim, fromWidth: 66 },
  { title: "device", width: 7, text: ({ clientType }) => deviceNames[clientType] ?? `${clientType}` },
  { title: "server", width: 6, text: ({ server }) => server, fromWidth: 46 },
  { title: "from", width: 21, text: ({ peer }) => peer, style: dim, fromWidth: 84 },
  {
    title: "since",
    width: 8,
    align: "right",
    text: ({ openForMs }) => clockText(openForMs),
    style: dim,
    fromWidth: 60,
  },
  { title: "PDUs in", width: 8, align: "right", text: ({ pdusIn }) => countText(pdusIn), fromWidth: 96 },
  { title: "out", width: 8, align: "right", text: ({ pdusOut }) => countText(pdusOut), fromWidth: 96 },
  { title: "no ack", width: 6, align: "right", text: ({ unconfirmed }) => countText(unconfirmed) },
  {
    title: "outbox",
    width: 8,
    align: "right",
    text: ({ outboxBytes }) => bytesText(outboxBytes),
    style: ({ outboxBytes }, theme) => (outboxBytes > 0 ? theme.warn : theme.dim),
  },
];
