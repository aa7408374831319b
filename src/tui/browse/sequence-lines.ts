import type { PduIndex } from "../../codec/analysis/pdu-index.js";
import type { Party } from "../../codec/registry.js";
import { centred, cut } from "../components/fit-text.js";
import { topOf } from "../components/list-position.js";
import type { Theme } from "../theme.js";
import type { Browser } from "./browser.js";
import { endpointText, shortName } from "./pdu-words.js";

const LANE_WIDTH_MIN = 14;
const NUMBER_WIDTH_MIN = 4;

/** A party of the sequence: a server's address, or a client's. */
interface Lane {
  readonly key: string;
  readonly name: string;
}

/** Who sends what to whom, each party a column, for the rows around the selected one; the first line names the parties. */
export function sequenceLines(browser: Browser, height: number, columns: number, theme: Theme): string[] {
  const { index, rows, selected } = browser;
  const numberWidth = Math.max(NUMBER_WIDTH_MIN, String(index.rows).length) + 3;
  const lanesMax = Math.max(2, Math.floor((columns - numberWidth) / LANE_WIDTH_MIN));
  const top = topOf(selected, rows, height - 1);
  const positions = Array.from({ length: Math.max(0, Math.min(height - 1, rows - top)) }, (_, line) => top + line);
  const lanes = lanesOf(
    index,
    positions.map((position) => browser.rowAt(position)),
    browser.rowAt(selected),
    lanesMax,
  );
  const width = Math.floor((columns - numberWidth) / Math.max(1, lanes.length));
  const heading = " ".repeat(numberWidth) + lanes.map(({ name }) => centred(name, width)).join("");
  const lines = positions.map((position) => {
    const row = browser.rowAt(position);
    const isSelected = position === selected;
    const number = `${isSelected && !theme.isStyled ? ">" : " "} ${String(row + 1).padStart(numberWidth - 3)} `;
    const text = number + arrowLine(index, row, lanes, width);
    return isSelected ? theme.selected(text.padEnd(columns)) : text;
  });
  return [theme.bold(heading), ...lines];
}

/** The parties of these rows in order of appearance; those of the selected row are always among them. */
function lanesOf(index: PduIndex, rows: readonly number[], selected: number, lanesMax: number): Lane[] {
  const found = new Map<string, Lane>();
  for (const row of [selected, ...rows]) {
    const missing = partiesOf(index, row).filter(({ key }) => !found.has(key));
    if (found.size + missing.length > lanesMax) continue;
    for (const each of missing) found.set(each.key, each);
  }
  return [...found.values()];
}

const roles: Readonly<Partial<Record<Party, string>>> = {
  M: "msg",
  R: "route",
  L: "login",
  D: "db_proxy",
  F: "file",
  P: "push",
};

/** Who dialled and who listens. The ends of a server's own connections have any port: they are one party by role and host. */
function partiesOf(index: PduIndex, row: number): readonly [Lane, Lane] {
  const { client, server, user, id } = index.connection(row);
  if (client === undefined || server === undefined) {
    return [
      { key: `${id} client`, name: "client" },
      { key: `${id} server`, name: "server" },
    ];
  }
  const listener = index.listener(row);
  const role = listener === undefined ? undefined : roles[listener];
  const address = endpointText(server);
  const listening =
    listener === "M" || role === undefined
      ? msgServer(server.address, address, listener)
      : { key: address, name: `${role} :${server.port}` };
  const isServer = index.direction(row) === "s2s";
  const dialling = isServer
    ? msgServer(client.address, endpointText(client), "M")
    : { key: endpointText(client), name: user === undefined ? endpointText(client) : `${user.name} :${client.port}` };
  return [dialling, listening];
}

function msgServer(host: string, address: string, listener: Party | undefined): Lane {
  return listener === "M" ? { key: `msg ${host}`, name: `msg ${host}` } : { key: address, name: address };
}

function arrowLine(index: PduIndex, row: number, lanes: readonly Lane[], width: number): string {
  const [client, server] = partiesOf(index, row).map(({ key }) => lanes.findIndex((each) => each.key === key)) as [
    number,
    number,
  ];
  const [from, to] = index.isTowardsServer(row) ? [client, server] : [server, client];
  const middles = lanes.map((_, lane) => lane * width + Math.floor(width / 2));
  const canvas: string[] = Array.from({ length: lanes.length * width }, (_, column) =>
    middles.includes(column) ? "│" : " ",
  );
  const [longest = "", ...shorter] = labelsOf(index, row);
  if (from < 0 || to < 0) return overlaid(canvas, 1, `(${longest}: between others)`);
  const left = (middles[Math.min(from, to)] ?? 0) + 1;
  const right = (middles[Math.max(from, to)] ?? 0) - 1;
  for (let column = left; column <= right; column++) canvas[column] = "─";
  canvas[from < to ? right : left] = from < to ? "▶" : "◀";
  const room = right - left - 2;
  const label = cut([longest, ...shorter].find((each) => each.length <= room) ?? shorter.at(-1) ?? longest, room);
  return overlaid(canvas, left + Math.max(1, Math.floor((right - left + 1 - label.length) / 2)), label);
}

/** What an arrow is called, the longest first: with its seq_num, without, without the group that its command is of. */
function labelsOf(index: PduIndex, row: number): string[] {
  const skip = index.skip(row);
  if (skip !== undefined) return [skip];
  const name = shortName(index.commandId(row));
  return [`${name} ${index.seqNum(row)}`, name, name.replace(/^(?:BUDDY_LIST|LOGIN|MSG|GROUP|OTHER|SWITCH|FILE)_/, "")];
}

function overlaid(canvas: readonly string[], at: number, text: string): string {
  return [...canvas.slice(0, at), ...text, ...canvas.slice(at + text.length)].join("").trimEnd();
}
