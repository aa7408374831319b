import { CommandId } from "../../generated/commands.js";
import { GroupModifyType, GroupType, SessionType } from "../../generated/enums.js";
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
  answerRule("GRP-02", "must", CommandId.CID_GROUP_INFO_RESPONSE, ({ group_info_list }) => {
    const unborn = group_info_list.find(({ version }) => version === 0);
    return unborn === undefined ? undefined : `group ${unborn.group_id} has version 0`;
  }),
  answerRule(
    "GRP-03",
    "must",
    CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE,
    ({ result_code, change_type, group_id }, { link }) => {
      const group = link.groups.get(group_id);
      const isOthers = group?.isNormal === true && link.userId !== undefined && group.creator !== link.userId;
      return isOthers && result_code === 0 && change_type === GroupModifyType.GROUP_MODIFY_TYPE_ADD
        ? `user ${link.userId} adds to the normal group of user ${group.creator}`
        : undefined;
    },
  ),
  answerRule(
    "GRP-04",
    "must",
    CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE,
    ({ result_code, change_type, group_id }, { link }) => {
      const group = link.groups.get(group_id);
      const isOthers = group !== undefined && link.userId !== undefined && group.creator !== link.userId;
      return isOthers && result_code === 0 && change_type === GroupModifyType.GROUP_MODIFY_TYPE_DEL
        ? `user ${link.userId} takes members out of the group of user ${group.creator}`
        : undefined;
    },
  ),
  answerRule("GRP-05", "must", CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, (body, { link }) =>
    link.ownMemberNews === memberNews(body) ? "the connection that asked for the change is told of it" : undefined,
  ),
  answerRule("GRP-09", "must", CommandId.CID_GROUP_SHIELD_GROUP_RESPONSE, ({ result_code }) =>
    result_code === 0 || result_code === 1 ? undefined : `result ${result_code}, neither 0 nor 1`,
  ),
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

/** A change of members, however it is told. */
export function memberNews(body: {
  readonly user_id: number;
  readonly group_id: number;
  readonly change_type: number;
  readonly chg_user_id_list: readonly number[];
  readonly cur_user_id_list: readonly number[];
}): string {
  const { user_id, group_id, change_type, chg_user_id_list, cur_user_id_list } = body;
  return JSON.stringify([user_id, group_id, change_type, chg_user_id_list, cur_user_id_list]);
}
