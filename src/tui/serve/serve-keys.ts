import type { KeyHint } from "../components/key-hints.js";
import type { PanelName } from "./serve-view.js";

/** What the panel's rows are for. */
const ofPanel: Readonly<Record<PanelName, readonly KeyHint[]>> = {
  servers: [[["act"], "cut link"]],
  clients: [
    [["act"], "kick device"],
    [["actOnUser"], "kick user"],
  ],
  commands: [],
  deviations: [[["act"], "switch"]],
  log: [[["up", "down"], "scroll"]],
};

/** For the bottom line, most wanted first. */
export function serveHints(panel: PanelName, isPaused: boolean): readonly KeyHint[] {
  return [
    ...ofPanel[panel],
    [["nextPanel"], "panel"],
    [["filter"], "filter"],
    [["pause"], isPaused ? "log goes on" : "pause log"],
    [["logLevel"], "level"],
  ];
}

/** Every key, and what it does. */
export const serveKeys: readonly KeyHint[] = [
  [["nextPanel", "previousPanel"], "the next panel, the one before"],
  [["panel"], "servers, clients, commands, deviations, log"],
  [["up", "down"], "one row on or back; in the log, lines"],
  [["pageUp", "pageDown"], "a page"],
  [["first", "last"], "first, last"],
  [["act"], "cut the link, kick the device, switch the deviation"],
  [["actOnUser"], "kick the client's user from all devices, on all servers"],
  [["filter"], "filter the log; in clients, by user name or id"],
  [["logLevel"], "what is logged: notes, commands, PDUs (with --log-pdu)"],
  [["pause"], "pause the log, or let it go on"],
  [["back"], "one step back: pause, filter"],
  [["quit"], "stop the servers: what is pending is finished first"],
];

export const serveNotes =
  "-> is a link that this server dials and dials again when it is lost, <- one that comes from elsewhere. Clients are those " +
  "with the fullest outboxes, then those that have been there longest. Numbers are of the last second.";
