import { CommandId } from "../../generated/commands.js";
import { GroupType, SessionType } from "../../generated/enums.js";
import { answerRule, type Rule } from "./define-rule.js";

const firstGroupType = 0x11;

export const grpRules: readonly Rule[] = [
  answerRule("GRP-01", "must", CommandId.CID_GROUP_CREATE_RESPONSE, ({ result_code, user_id_list }, { request }) => {
    const asked = request?.body;
    if (asked?.group_type === GroupType.GROUP_TYPE_NORMAL) return "a client's normal group is answered";
    const isEmpty =
      asked?.group_name === "" || (Array.isArray(asked?.member_id_list) && asked.member_id_list.length === 0);
    if (isEmpty && result_code === 0) return "a group without a name or members is created";
    return result_code === 0 && new Set(user_id_list).size !== user_id_list.length
      ? "the member list has duplicates"
      : undefined;
  }),
  {
    requirement: "GRP-05",
    level: "should",
    dir: "s2c",
    commands: [CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY],
    violatedBy: ({ body, link }) =>
      body !== undefined && link.lastMemberNews === JSON.stringify(body) ? "the same change is told twice" : undefined,
  },
  answerRule("GRP-06", "must", CommandId.CID_MSG_DATA_ACK, ({ session_type }, { request }) => {
    const isGroup = request?.commandId === CommandId.CID_MSG_DATA && Number(request.body?.msg_type) >= firstGroupType;
    return isGroup && session_type !== SessionType.SESSION_TYPE_GROUP
      ? `session_type is ${session_type} for a group's message`
      : undefined;
  }),
  {
    requirement: "GRP-06",
    level: "must",
    dir: "s2c",
    commands: [CommandId.CID_MSG_DATA],
    violatedBy: ({ seqNum, body }) =>
      seqNum !== 0 && Number(body?.msg_type) >= firstGroupType
        ? `a group's message is delivered with seq_num ${seqNum}, not 0`
        : undefined,
  },
  answerRule("GRP-10", "should", CommandId.CID_GROUP_INFO_RESPONSE, ({ group_info_list }, { link }) => {
    const shown = group_info_list.find(
      ({ group_id, shield_status }) => shield_status === 0 && link.shieldedGroups.has(group_id),
    );
    return shown === undefined ? undefined : `group ${shown.group_id} was shielded, shield_status is 0`;
  }),
];
