import type { Account } from "../../client/account.js";
import type { ResponseBody } from "../../client/requests.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import type { GroupInfo } from "../../codec/generated/messages.js";
import type { KnownGroup } from "./account-pool.js";

/** With so many groups of at least so many accounts, group cases need not wait for each other much. */
const GROUPS_ENOUGH = 3;
const MEMBERS_ENOUGH = 3;

/** Who can be asked: a msg_server as one of its users, or a db_proxy_server. */
interface Asker {
  request<C extends GroupQuestion>(commandId: C, body: CommandBody[C]): Promise<ResponseBody<C>>;
}

type GroupQuestion = typeof CommandId.CID_GROUP_NORMAL_LIST_REQUEST | typeof CommandId.CID_GROUP_INFO_REQUEST;

/** Adds those groups of a user that are not among `infos` yet. @throws what the asker throws */
export async function learnGroups(asker: Asker, user_id: number, infos: Map<number, GroupInfo>): Promise<void> {
  const { group_version_list } = await asker.request(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id });
  const unknown = group_version_list.filter(({ group_id }) => !infos.has(group_id));
  if (unknown.length === 0) return;
  const asked = unknown.map(({ group_id }) => ({ group_id, version: 0 }));
  const answer = await asker.request(CommandId.CID_GROUP_INFO_REQUEST, { user_id, group_version_list: asked });
  for (const info of answer.group_info_list) infos.set(info.group_id, info);
}

/** Which of the accounts whose user ids are known are members of which of the groups, and which are not. */
export function knownGroups(
  infos: ReadonlyMap<number, GroupInfo>,
  userIds: ReadonlyMap<Account, number>,
): KnownGroup[] {
  return [...infos.values()].map(({ group_id, group_name, version, group_member_list }) => {
    const memberIds = new Set(group_member_list);
    const accounts = [...userIds];
    return {
      group: { groupId: group_id, name: group_name, version, memberIds: group_member_list },
      members: accounts.filter(([, id]) => memberIds.has(id)).map(([account]) => account),
      outsiders: accounts.filter(([, id]) => !memberIds.has(id)).map(([account]) => account),
    };
  });
}

/** No need to look for more. */
export function isEnough(groups: readonly KnownGroup[]): boolean {
  return (
    groups.filter(({ members, outsiders }) => members.length >= MEMBERS_ENOUGH && outsiders.length > 0).length >=
    GROUPS_ENOUGH
  );
}
