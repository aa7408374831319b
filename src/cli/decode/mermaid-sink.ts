import { LinkUsers } from "../../codec/analysis/link-users.js";
import { CommandId } from "../../codec/generated/commands.js";
import { hexId, type Party } from "../../codec/registry.js";
import type { SkippedItem } from "./decode-item.js";
import type { ItemSink } from "./item-sink.js";
import type { SeenPdu } from "./seen-pdu.js";

const serverNames: Readonly<Partial<Record<Party, string>>> = {
  M: "msg_server",
  R: "route_server",
  L: "login_server",
  D: "db_proxy_server",
  F: "file_server",
  P: "push_server",
};
const TEXT_MAX_CHARS = 60;

/** A Mermaid sequence diagram: who sends what to whom. Heartbeats, which would hide the rest, are left out. */
export function mermaidSink(): ItemSink {
  const users = new LinkUsers();
  const participants = new Map<string, string>();
  let head = "sequenceDiagram\n";
  const participant = (address: string, name: string | undefined): { alias: string; text: string } => {
    const known = participants.get(address);
    if (known !== undefined) return { alias: known, text: "" };
    const alias = `p${participants.size + 1}`;
    participants.set(address, alias);
    const label = name === undefined ? address : `${name} ${address}`;
    return { alias, text: `  participant ${alias} as ${escaped(label)}\n` };
  };
  return {
    take: (item) => {
      const { record, pdu } = item;
      if (pdu !== undefined) users.take(pdu);
      if (record.header?.commandId === CommandId.CID_OTHER_HEARTBEAT) return "";
      const [from = "sender", to = "receiver"] = record.conn?.split(">") ?? [];
      const sender = participant(from, nameOf(pdu, true));
      const receiver = participant(to, nameOf(pdu, false));
      const user = pdu === undefined ? undefined : users.userOf(pdu.link);
      const line = `${head}${sender.text}${receiver.text}${arrow(item, sender.alias, receiver.alias, user?.name)}`;
      head = "";
      return line;
    },
    end: () => head,
  };
}

function arrow({ record }: SeenPdu | SkippedItem, from: string, to: string, user: string | undefined): string {
  const { header, command, text, error, dir } = record;
  if (header === null) return `  Note over ${from},${to}: ${escaped(error?.message ?? "skipped")}\n`;
  const who = user === undefined || dir === "s2s" ? "" : `[${user}] `;
  const said = text === null ? "" : ` ${JSON.stringify(shortened(text))}`;
  const what = `${who}${(command ?? hexId(header.commandId)).replace(/^CID_/, "")} seq ${header.seqNum}${said}`;
  return `  ${from}${error === null ? "->>" : "-x"}${to}: ${escaped(what)}\n`;
}

/** What a participant is, as far as the PDU tells. */
function nameOf(pdu: SeenPdu | undefined, isSender: boolean): string | undefined {
  if (pdu === undefined) return undefined;
  if (isSender === pdu.towardsServer) return pdu.dir === "s2s" ? undefined : "client";
  return pdu.listener === undefined ? undefined : serverNames[pdu.listener];
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX_CHARS ? text : `${text.slice(0, TEXT_MAX_CHARS)}…`;
}

/** Mermaid ends a statement at ; and a line's end, and begins an entity or a comment with # and %. */
function escaped(text: string): string {
  return text.replace(/[#;%<>]|\p{Cc}/gu, (char) => `#${char.codePointAt(0)};`);
}
