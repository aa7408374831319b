import { escapeControls } from "../../codec/record/printable.js";
import { hexId } from "../../codec/registry.js";
import type { CaseResult } from "../../runner/conformance/conformance-result.js";

const TEXT_MAX = 100;
const arrows = { opened: "opened", sent: ">", received: "<", closed: "closed" } as const;

/** What happened on one of a case's connections, in one line: time, connection, direction, command, body. */
export function wireLine({ atMs, connection, event, command, hex, seqNum, text }: CaseResult["trace"][number]): string {
  const said = escapeControls(text);
  const shortened = said.length > TEXT_MAX ? `${said.slice(0, TEXT_MAX)}…` : said;
  const commandId = hex !== null && hex.length >= 24 ? `${hexId(Number.parseInt(hex.slice(20, 24), 16))} ` : "";
  const pdu = hex === null ? "" : `${commandId}${command ?? "bytes"} seq ${seqNum ?? "-"} `;
  return `${`${(atMs / 1000).toFixed(3)} s`.padStart(9)}  ${connection.padEnd(16)} ${arrows[event]} ${pdu}${shortened}`;
}

const PRESENCE = "CID_BUDDY_LIST_STATUS_NOTIFY";

/** Everybody hears of everybody's presence: elsewhere that only hides what a case is about. */
export function tellingTrace({ requirements, trace }: CaseResult): CaseResult["trace"] {
  const isAboutPresence = requirements.some((id) => id.startsWith("PRE-"));
  return isAboutPresence ? trace : trace.filter(({ command }) => command !== PRESENCE);
}
