import { CommandId } from "../../../codec/generated/commands.js";
import { GroupModifyType, GroupType } from "../../../codec/generated/enums.js";
import type { IMGroupChangeMemberNotify, IMGroupChangeMemberReq } from "../../../codec/generated/messages.js";
import { encodePdu } from "../../../codec/pdu.js";
import type { Deviations } from "../../deviations.js";
import { fits } from "../../storage/storage-limits.js";
import { defineHandler, onceLoggedIn } from "../define-handler.js";
import type { MsgContext } from "../msg-context.js";
import { msgServerLimits } from "../msg-server-options.js";

/** GRP-01: clients make temporary groups only, within this msg_server's limits. */
const createGroup = defineHandler({
  command: CommandId.CID_GROUP_CREATE_REQUEST,
  allowedIn: onceLoggedIn,
  async handle({ database, limits, counts }, { userId, link }, body, seqNum) {
    if (body.group_type !== GroupType.GROUP_TYPE_TMP) return;
    const { group_type, group_name, group_avatar, member_id_list } = body;
    if (new Set(member_id_list).size > limits.groupMembersMax || !fits(group_name, limits.groupNameMaxChars)) {
      counts.groupsRefused++;
      const refused = { user_id: userId, result_code: 1, group_name, user_id_list: [] };
      link.send(CommandId.CID_GROUP_CREATE_RESPONSE, refused, seqNum);
      return;
    }
    const request = { user_id: userId, group_type, group_name, group_avatar, member_id_list };
    const answer = await database.request(CommandId.CID_GROUP_CREATE_REQUEST, request);
    link.send(CommandId.CID_GROUP_CREATE_RESPONSE, answer, seqNum);
  },
});

/** GRP-03 … GRP-05: changed and current members learn of it everywhere, each connection once. */
const changeMembers = defineHandler({
  command: CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST,
  allowedIn: onceLoggedIn,
  async handle(context, session, { change_type, group_id, member_id_list }, seqNum) {
    const { database, delivery, route, deviates, counts } = context;
    const request = { user_id: session.userId, change_type, group_id, member_id_list };
    if (change_type === GroupModifyType.GROUP_MODIFY_TYPE_ADD && (await isTooMany(context, request))) {
      counts.groupsRefused++;
      const refused = { ...unchanged(request), result_code: 1 };
      session.link.send(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, refused, seqNum);
      return;
    }
    const answer = await database.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, request);
    session.link.send(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, answer, seqNum);
    if (answer.result_code !== 0) return;
    const { cur_user_id_list, chg_user_id_list } = answer;
    const notify = { user_id: session.userId, change_type, group_id, cur_user_id_list, chg_user_id_list };
    route.relay(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, notify);
    const concerned = concernedBy(notify, deviates);
    delivery.toUsers(concerned, encodePdu(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, notify), session);
  },
});

/** Whether a group would grow beyond this msg_server's own limit; the database has its own, above which nothing is asked. */
async function isTooMany(
  { database, limits }: MsgContext,
  { user_id, group_id, member_id_list }: IMGroupChangeMemberReq,
): Promise<boolean> {
  if (limits.groupMembersMax >= msgServerLimits.groupMembersMax) return false;
  const group_version_list = [{ group_id, version: 0 }];
  const { group_info_list } = await database.request(CommandId.CID_GROUP_INFO_REQUEST, { user_id, group_version_list });
  const members = group_info_list.find((group) => group.group_id === group_id)?.group_member_list ?? [];
  return new Set([...members, ...member_id_list]).size > limits.groupMembersMax;
}

function unchanged({ user_id, change_type, group_id }: IMGroupChangeMemberReq) {
  return { user_id, change_type, group_id, cur_user_id_list: [], chg_user_id_list: [] };
}

/** GRP-05: each connection once; the original goes through both lists, and those that were added are in both. */
export function concernedBy(
  { cur_user_id_list, chg_user_id_list }: Pick<IMGroupChangeMemberNotify, "cur_user_id_list" | "chg_user_id_list">,
  deviates: Deviations,
): Iterable<number> {
  const both = [...cur_user_id_list, ...chg_user_id_list];
  return deviates["GRP-05"] ? both : new Set(both);
}

export const groupHandlers = [createGroup, changeMembers];
