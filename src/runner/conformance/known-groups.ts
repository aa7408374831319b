import type { Account } from "../../client/account.js";
import type { GroupInfo } from "../../codec/generated/messages.js";
import type { KnownGroup } from "./account-pool.js";

/** With so many groups of at least so many accounts, group cases need not wait for each other much. */
const GROUPS_ENOUGH = 3;
const MEMBERS_ENOUGH = 3;

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
