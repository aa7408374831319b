import type { KeyHint } from "../components/key-hints.js";
import type { PanelName } from "./serve-view.js";

const everywhere: readonly KeyHint[] = [
  ["Tab", "panel"],
  ["/", "filter"],
  ["p", "pause log"],
  ["l", "level"],
];

/** For the bottom line, most wanted first: what the panel's rows are for. */
export const serveHints: Readonly<Record<PanelName, readonly KeyHint[]>> = {
  servers: [["x", "cut link"], ...everywhere],
  clients: [["x", "kick device"], ["X", "kick user"], ...everywhere],
  commands: everywhere,
  deviations: [["x", "switch"], ...everywhere],
  log: [["↑↓", "scroll"], ...everywhere],
};

/** Every key, and what it does. */
export const serveKeys: readonly KeyHint[] = [
  ["Tab  1 … 5", "the next panel; servers, clients, commands, deviations, log"],
  ["↑ ↓  j k", "one row on or back; in the log, lines"],
  ["PgUp PgDn  g G", "a page; first, last"],
  ["x  Enter", "cut the link, kick the device, switch the deviation"],
  ["X", "kick the client's user from all devices, on all servers"],
  ["/", "filter the log; in clients, by user name or id"],
  ["l", "what is logged: notes, commands, PDUs (with --log-pdu)"],
  ["p", "pause the log, or let it go on"],
  ["Esc", "one step back: pause, filter"],
  ["q  Ctrl-C", "stop the servers: what is pending is finished first"],
];

export const serveNotes =
  "-> is a link that this server dials and dials again when it is lost, <- one that comes from elsewhere. Clients are those " +
  "with the fullest outboxes, then those that have been there longest. Numbers are of the last second.";
