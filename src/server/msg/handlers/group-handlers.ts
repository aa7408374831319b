import { CommandId } from "../../../codec/generated/commands.js";
import { GroupType } from "../../../codec/generated/enums.js";
import { encodePdu } from "../../../codec/pdu.js";
import { defineHandler, onceLoggedIn } from "../define-handler.js";

/** GRP-01: clients make temporary groups only. */
const createGroup = defineHandler({
  command: CommandId.CID_GROUP_CREATE_REQUEST,
  allowedIn: onceLoggedIn,
  async handle({ database }, { userId, link }, body, seqNum) {
    if (body.group_type !== GroupType.GROUP_TYPE_TMP) return;
    const { group_type, group_name, group_avatar, member_id_list } = body;
    const request = { user_id: userId, group_type, group_name, group_avatar, member_id_list };
    const answer = await database.request(CommandId.CID_GROUP_CREATE_REQUEST, request);
    link.send(CommandId.CID_GROUP_CREATE_RESPONSE, answer, seqNum);
  },
});

/** GRP-03 … GRP-05: changed and current members learn of it everywhere, each connection once. */
const changeMembers = defineHandler({
  command: CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST,
  allowedIn: onceLoggedIn,
  async handle({ database, delivery, route }, session, { change_type, group_id, member_id_list }, seqNum) {
    const request = { user_id: session.userId, change_type, group_id, member_id_list };
    const answer = await database.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, request);
    session.link.send(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, answer, seqNum);
    if (answer.result_code !== 0) return;
    const { cur_user_id_list, chg_user_id_list } = answer;
    const notify = { user_id: session.userId, change_type, group_id, cur_user_id_list, chg_user_id_list };
    route.relay(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, notify);
    const concerned = new Set([...cur_user_id_list, ...chg_user_id_list]);
    delivery.toUsers(concerned, encodePdu(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, notify), session);
  },
});

export const groupHandlers = [createGroup, changeMembers];
