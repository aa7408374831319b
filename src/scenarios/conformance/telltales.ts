import { allCases } from "./all-cases.js";
import type { ConformanceCase } from "./conformance-case.js";

/** A way in which servers are known to differ, and the cases that tell which way a server goes. */
export interface Telltale {
  /** The requirement that one kind of server does not meet. */
  readonly id: string;
  /** Of any role; none when it does not show on the wire. */
  readonly cases: readonly ConformanceCase[];
  /** What a failure says when the server does what the original servers do, and not something else that is wrong. */
  readonly asOriginal?: RegExp;
  /** It is a race: that it did not show proves little. */
  readonly isByChance: boolean;
  /** Its cases load the server so much that others beside them would fail for it. */
  readonly isHeavy: boolean;
  /** Where it would show, when no case can see it. */
  readonly unseen?: string;
}

interface Tell {
  /** Ids; none when it does not show on the wire. */
  readonly cases: readonly string[];
  readonly asOriginal?: RegExp;
  readonly isByChance?: boolean;
  readonly isHeavy?: boolean;
  readonly unseen?: string;
}

const staysOpen = /it is still open/;
/** The original msg_server echoes a short heartbeat as it came, and what follows no client can read. */
const staysOpenOrEchoes = /it is still open|it sent what closes any client/;
const attachment = /^([0-9a-f]{2})+$/;
const aNumber = /^-?\d+$/;

/** One for each `TT:` of docs/spec/behaviour.md, in its order: what tells the original servers from those that meet it. */
const tells: Readonly<Record<string, Tell>> = {
  "FRM-05": { cases: ["frm.length-below-header.4", "rte.length-below-header.1"], asOriginal: staysOpenOrEchoes },
  "FRM-06": { cases: ["frm.length-2-gib"], asOriginal: staysOpen },
  "FRM-14": { cases: ["frm.routed-messages-carry-seq-zero"], asOriginal: aNumber },
  "FRM-15": { cases: ["frm.unread-answers"], asOriginal: staysOpen, isHeavy: true },
  "CON-06": { cases: ["con.stranger-p2p-command"], asOriginal: /^0x0601 / },
  "CON-07": { cases: ["con.p2p-user-id-in-body"], asOriginal: aNumber },
  "LGN-08": { cases: ["lgn.sql-in-name", "dbp.validate-sql"], asOriginal: /^0\b/ },
  "LGN-12": { cases: ["lgn.kicked-is-closed"], asOriginal: staysOpen },
  "LGN-17": { cases: ["lgn.device-token-answer"], asOriginal: /lacks a required field/ },
  "PUL-06": { cases: ["pul.sessions-last-sender"], asOriginal: aNumber },
  "MSG-02": { cases: ["msg.concurrent-first-messages"], isByChance: true },
  "MSG-03": { cases: ["msg.no-attach-data-across-servers", "grp.no-attach-data"], asOriginal: attachment },
  "MSG-05": { cases: ["msg.history-any-bytes", "dbp.content.any-bytes"] },
  "MSG-09": { cases: ["msg.order-of-pipelined"], isByChance: true },
  "MSG-12": { cases: ["msg.unknown-receiver", "dbp.unknown-receiver"] },
  "MSG-18": { cases: ["msg.by-id-of-outsider", "dbp.group-by-id-of-outsider"] },
  "MSG-23": { cases: ["msg.too-long"], asOriginal: /^0x0302 / },
  "MSG-24": { cases: ["fil.no-attach-data"], asOriginal: attachment },
  "GRP-03": { cases: ["grp.add-by-outsider", "dbp.group-add-by-outsider"], asOriginal: /^0\b/ },
  "GRP-05": { cases: ["grp.change-notify-once"], asOriginal: /^0x040b / },
  "GRP-10": { cases: ["grp.shield-shown"], asOriginal: /^0$/ },
  "PRE-05": { cases: ["pre.avatar"], asOriginal: /^nothing of it/ },
  "RTE-02": { cases: ["rte.forgotten-at-once"] },
  "RTE-07": { cases: ["rte.lost-link-is-told"] },
  "LSV-02": { cases: ["lsv.pdu-offer"] },
  "LSV-03": { cases: ["lsv.other-path.page", "lsv.long-request"] },
  "PSH-03": { cases: [], unseen: "shows only in the msg_server's log" },
  "HMS-03": { cases: ["hms.bad-json.cut"], asOriginal: /^no answer \(closed\)$/ },
};

/** Everything that is known to tell servers apart. */
export const telltales: readonly Telltale[] = Object.entries(tells).map(([id, tell]) => ({
  id,
  isByChance: false,
  isHeavy: false,
  ...tell,
  cases: tell.cases.map(caseOf),
}));

function caseOf(id: string) {
  const found = allCases.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no case "${id}"`);
  return found;
}
