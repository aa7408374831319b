import type { RoleName } from "./role-name.js";

interface Deviation {
  /** Which of the roles behave differently. */
  readonly roles: readonly RoleName[];
  /** What they do then, in place of what the requirement asks for. */
  readonly does: string;
}

/** Every role that listens for PDUs. */
const pduRoles: readonly RoleName[] = ["login", "route", "db", "msg", "file", "push"];

/**
 * Where the original servers are known to differ from what a careful implementation does: one switch for each `TT:` in
 * docs/spec/behaviour.md, in its order. docs/deviations.md is made of this table.
 */
export const deviations = {
  "FRM-05": {
    roles: pduRoles,
    does: "swallows as many bytes as a length of 1 … 15 says, and is out of step from then on",
  },
  "FRM-06": { roles: pduRoles, does: "buffers a PDU of any length" },
  "FRM-14": { roles: ["msg"], does: "keeps the sender's seq_num in one-to-one messages that cross route_server" },
  "FRM-15": { roles: pduRoles, does: "holds any number of bytes for a peer that does not read" },
  "CON-06": { roles: ["msg"], does: "delivers a P2P command of a connection that has not logged in" },
  "CON-07": {
    roles: ["msg"],
    does: "forwards a P2P command as it came: with the sender that its body names, and with its seq_num",
  },
  "LGN-08": {
    roles: ["db"],
    does: "reads a user name as a piece of SQL: x' or '1'='1 is every user, and a lone quote none",
  },
  "LGN-12": {
    roles: ["msg"],
    does: "leaves a kicked connection open and working, and kicks it again in place of those of its class that came after it",
  },
  "LGN-17": { roles: ["msg"], does: "answers IMDeviceTokenReq with an empty body" },
  "PUL-06": { roles: ["db"], does: "names the peer as sender of a one-to-one session's latest message" },
  "MSG-02": { roles: ["db"], does: "lets concurrent first messages of a pair repeat ids and lose every second one" },
  "MSG-03": { roles: ["msg"], does: "leaves attach_data in messages that cross route_server and in those of groups" },
  "MSG-05": { roles: ["db"], does: "cuts history at NUL and at 4096 characters, and replaces invalid UTF-8" },
  "MSG-09": { roles: ["db"], does: "stores, and so numbers, pipelined messages out of order" },
  "MSG-12": { roles: ["db"], does: "acks and stores a message to a user that does not exist" },
  "MSG-18": { roles: ["db"], does: "gives any user a group's messages by id" },
  "MSG-23": { roles: ["db"], does: "cuts a message to 4096 bytes and acks it" },
  "MSG-24": {
    roles: ["msg"],
    does: "leaves attach_data in 0x050a, in group messages and in those that cross route_server",
  },
  "GRP-03": { roles: ["db"], does: "lets anyone add to a temporary group" },
  "GRP-05": { roles: ["msg"], does: "tells newly added members of a group twice" },
  "GRP-10": { roles: ["db"], does: "shows 0 as shield_status of every group" },
  "PRE-05": { roles: ["msg"], does: "stores a new avatar and answers nothing" },
  "RTE-02": { roles: ["route"], does: "keeps a user until the msg_server that brought it disconnects" },
  "RTE-07": { roles: ["route"], does: "tells nobody who went offline with a lost msg_server" },
  "LSV-02": { roles: ["login"], does: "never answers IMMsgServReq" },
  "LSV-03": { roles: ["login"], does: "closes without a response for another path and for a request above 1024 bytes" },
  "PSH-03": { roles: ["msg"], does: "logs every push that has no push_server to go to" },
  "HMS-03": { roles: ["http-msg"], does: "closes the connection for bad JSON" },
} as const satisfies Readonly<Record<string, Deviation>>;

export type DeviationId = keyof typeof deviations;
/** All of them by name, so that asking for one costs no more than reading a field. */
export type Deviations = Readonly<Record<DeviationId, boolean>>;

export const deviationIds = Object.keys(deviations) as DeviationId[];

/** Servers that deviate in these requirements, and meet all others. */
export function deviatingIn(ids: Iterable<DeviationId>): Deviations {
  const chosen = new Set(ids);
  return Object.fromEntries(deviationIds.map((id) => [id, chosen.has(id)])) as Deviations;
}

/** `--profile strict`, the default: every SHOULD is met. */
export const strict: Deviations = deviatingIn([]);
/** `--profile teamtalk`: as the original servers are. */
export const teamtalk: Deviations = deviatingIn(deviationIds);
