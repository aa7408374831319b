import { CommandId } from "../../../codec/generated/commands.js";
import { GroupModifyType, GroupType } from "../../../codec/generated/enums.js";
import type { GroupInfo, GroupVersionInfo } from "../../../codec/generated/messages.js";
import type { GroupRecord } from "../../storage/storage.js";
import type { DatabaseCommands } from "./database-command.js";

export const groupCommands = {
  /** PUL-04. */
  [CommandId.CID_GROUP_NORMAL_LIST_REQUEST]: async ({ storage }, { user_id }) => {
    const groups = await storage.groups.normalOf(user_id);
    return {
      user_id,
      group_version_list: groups.map(({ id, version }): GroupVersionInfo => ({ group_id: id, version })),
    };
  },

  /** PUL-05. */
  [CommandId.CID_GROUP_INFO_REQUEST]: async ({ storage }, { user_id, group_version_list }) => {
    const asked = group_version_list.map(({ group_id, version }) => ({ id: group_id, version }));
    return { user_id, group_info_list: (await storage.groups.infos(user_id, asked)).map(groupInfo) };
  },

  /** GRP-01: a normal group is never made by a client; msg_server lets none through. */
  [CommandId.CID_GROUP_CREATE_REQUEST]: async ({ storage }, body) => {
    const { user_id, group_name } = body;
    const group = await storage.groups.create({
      kind: body.group_type,
      name: group_name,
      avatar: body.group_avatar,
      creatorId: user_id,
      members: body.member_id_list,
    });
    // Refused, and echoed all the same, as the original does.
    if (group === undefined) return { user_id, result_code: 1, group_name, user_id_list: inOrder(body.member_id_list) };
    return { user_id, result_code: 0, group_id: group.id, group_name, user_id_list: [...group.members] };
  },

  /** GRP-03, GRP-04. */
  [CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST]: async (
    { storage },
    { user_id, change_type, group_id, member_id_list },
  ) => {
    const result = await storage.groups.changeMembers({
      byId: user_id,
      groupId: group_id,
      change: change_type === GroupModifyType.GROUP_MODIFY_TYPE_ADD ? "add" : "remove",
      userIds: member_id_list,
    });
    const cur_user_id_list = [...(result?.current ?? [])];
    const chg_user_id_list = [...(result?.changed ?? [])];
    return {
      user_id,
      change_type,
      result_code: result === undefined ? 1 : 0,
      group_id,
      cur_user_id_list,
      chg_user_id_list,
    };
  },

  /** GRP-09. */
  [CommandId.CID_GROUP_SHIELD_GROUP_REQUEST]: async ({ storage }, { user_id, group_id, shield_status }) => {
    const done = await storage.groups.setShield(user_id, group_id, shield_status);
    return { user_id, group_id, result_code: done ? 0 : 1 };
  },

  /** DBP-03. */
  [CommandId.CID_OTHER_GET_SHIELD_REQ]: async ({ storage }, { group_id, user_id }) => {
    const shields = await storage.groups.shields(group_id, user_id);
    return {
      group_id,
      shield_status_list: shields.map(({ userId, status }) => ({ user_id: userId, group_id, shield_status: status })),
    };
  },
} satisfies Partial<DatabaseCommands>;

/** Each once. */
function inOrder(userIds: readonly number[]): number[] {
  return [...new Set(userIds)].sort((a, b) => a - b);
}

function groupInfo(group: GroupRecord): GroupInfo {
  return {
    group_id: group.id,
    version: group.version,
    group_name: group.name,
    group_avatar: group.avatar,
    group_creator_id: group.creatorId,
    group_type: group.kind === 1 ? GroupType.GROUP_TYPE_NORMAL : GroupType.GROUP_TYPE_TMP,
    shield_status: group.shield,
    group_member_list: [...group.members],
  };
}
