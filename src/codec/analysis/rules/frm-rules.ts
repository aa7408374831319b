import { CommandId } from "../../generated/commands.js";
import { hexId } from "../../registry.js";
import type { Rule } from "./define-rule.js";

const firstGroupType = 0x11;

export const frmRules: readonly Rule[] = [
  {
    requirement: "FRM-13",
    level: "must",
    violatedBy: ({ dir, packedField }) =>
      dir === "c2s" || packedField === undefined ? undefined : `the numbers of ${packedField} are packed`,
  },
  {
    requirement: "FRM-10",
    level: "must",
    dir: "s2c",
    violatedBy: ({ request }) =>
      request !== undefined && request.body === undefined
        ? `answers a request ${hexId(request.commandId)} whose body cannot be decoded`
        : undefined,
  },
  {
    requirement: "FRM-14",
    level: "must",
    dir: "s2c",
    commands: [
      CommandId.CID_LOGIN_KICK_USER,
      CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
      CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY,
      CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY,
      CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY,
      CommandId.CID_MSG_READ_NOTIFY,
      CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
      CommandId.CID_FILE_NOTIFY,
    ],
    violatedBy: ({ seqNum }) => (seqNum === 0 ? undefined : `a notification with seq_num ${seqNum}, not 0`),
  },
  {
    requirement: "FRM-14",
    level: "should",
    dir: "s2c",
    commands: [CommandId.CID_MSG_DATA],
    violatedBy: ({ seqNum, body }) =>
      seqNum !== 0 && Number(body?.msg_type) < firstGroupType
        ? `a message is delivered with seq_num ${seqNum}, not 0`
        : undefined,
  },
];
