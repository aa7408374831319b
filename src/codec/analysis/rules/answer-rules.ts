import { CommandId } from "../../generated/commands.js";
import { GroupType } from "../../generated/enums.js";
import { hexId } from "../../registry.js";
import { isMobile, type LinkFacts } from "../link-facts.js";
import type { Fields, Rule } from "./define-rule.js";

/** "Where no time is given, an answer is due within 5 s." */
export const ANSWER_DUE_MS = 5_000;

/** What a msg_server answers everybody, and whoever has logged in. */
const dueToAll: ReadonlyMap<number, string> = new Map<number, string>([
  [CommandId.CID_OTHER_HEARTBEAT, "CON-01"],
  [CommandId.CID_MSG_TIME_REQUEST, "CON-05"],
]);
const dueToUsers: ReadonlyMap<number, string> = new Map<number, string>([
  [CommandId.CID_LOGIN_REQ_PUSH_SHIELD, "LGN-16"],
  [CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, "LGN-16"],
  [CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, "PUL-01"],
  [CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, "PUL-02"],
  [CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, "PUL-03"],
  [CommandId.CID_GROUP_NORMAL_LIST_REQUEST, "PUL-04"],
  [CommandId.CID_GROUP_INFO_REQUEST, "PUL-05"],
  [CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, "PUL-06"],
  [CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, "PUL-07"],
  [CommandId.CID_MSG_UNREAD_CNT_REQUEST, "PUL-08"],
  [CommandId.CID_MSG_LIST_REQUEST, "MSG-15"],
  [CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, "MSG-17"],
  [CommandId.CID_MSG_GET_BY_MSG_ID_REQ, "MSG-18"],
  [CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, "MSG-22"],
  [CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, "GRP-03"],
  [CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, "GRP-09"],
  [CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, "PRE-04"],
  [CommandId.CID_FILE_REQUEST, "FIL-01"],
  [CommandId.CID_FILE_HAS_OFFLINE_REQ, "FIL-03"],
]);
const dueToMobiles: ReadonlyMap<number, string> = new Map<number, string>([
  [CommandId.CID_LOGIN_REQ_KICKPCCLIENT, "LGN-14"],
  [CommandId.CID_LOGIN_REQ_DEVICETOKEN, "LGN-15"],
]);

/** The requirement that a client's request must be answered; `undefined` for what may be ignored. */
export function answerDueBy(commandId: number, body: Fields | undefined, link: LinkFacts): string | undefined {
  // FRM-10: what cannot be decoded is ignored.
  if (body === undefined || link.isKicked || link.saidGoodbye !== undefined) return undefined;
  const always = dueToAll.get(commandId);
  if (always !== undefined || link.userId === undefined) return always;
  if (commandId === CommandId.CID_GROUP_CREATE_REQUEST)
    return body.group_type === GroupType.GROUP_TYPE_TMP ? "GRP-01" : undefined;
  return dueToUsers.get(commandId) ?? (isMobile(link) ? dueToMobiles.get(commandId) : undefined);
}

const dueRequirements = new Set([...dueToAll.values(), ...dueToUsers.values(), ...dueToMobiles.values(), "GRP-01"]);

export const answerRules: readonly Rule[] = [
  ...[...dueRequirements].map(
    (requirement): Rule => ({
      requirement,
      level: "must",
      dir: "s2c",
      violatedBy: ({ overdue }) =>
        overdue?.dueBy === requirement
          ? `the request ${hexId(overdue.commandId)} of PDU ${overdue.seq} has had no answer for ${ANSWER_DUE_MS / 1000} s`
          : undefined,
    }),
  ),
  {
    requirement: "FRM-08",
    level: "must",
    dir: "s2c",
    violatedBy: ({ unanswered, seqNum }) =>
      unanswered === undefined
        ? undefined
        : `seq_num ${seqNum} is no request's; PDU ${unanswered.seq} waits with ${unanswered.seqNum}`,
  },
  ...(["DBP-02", "RTE-06"] as const).map(
    (requirement): Rule => ({
      requirement,
      level: "must",
      dir: "s2s",
      violatedBy: ({ unanswered, listener, towardsServer }) =>
        unanswered !== undefined && !towardsServer && listener === (requirement === "DBP-02" ? "D" : "R")
          ? `seq_num and attach_data are no request's; PDU ${unanswered.seq} waits`
          : undefined,
    }),
  ),
];
