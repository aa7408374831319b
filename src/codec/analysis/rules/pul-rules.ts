import { CommandId } from "../../generated/commands.js";
import { answerRule, type Rule } from "./define-rule.js";

const SESSIONS_MAX = 100;

export const pulRules: readonly Rule[] = [
  answerRule(
    "PUL-01",
    "must",
    CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
    ({ dept_list, latest_update_time }, { request }) =>
      unchangedTime(dept_list, latest_update_time, request?.body?.latest_update_time),
  ),
  answerRule(
    "PUL-02",
    "must",
    CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
    ({ user_list, latest_update_time }, { request }) =>
      unchangedTime(user_list, latest_update_time, request?.body?.latest_update_time),
  ),
  answerRule("PUL-03", "must", CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE, ({ user_info_list }, { request }) =>
    notAsked(
      "user",
      user_info_list.map(({ user_id }) => user_id),
      request?.body?.user_id_list,
    ),
  ),
  answerRule("PUL-05", "must", CommandId.CID_GROUP_INFO_RESPONSE, ({ group_info_list }, { request }) => {
    const asked = request?.body?.group_version_list as readonly { group_id: number; version: number }[] | undefined;
    if (asked === undefined) return undefined;
    for (const { group_id, version } of group_info_list) {
      const known = asked.filter((each) => each.group_id === group_id);
      if (known.length === 0) return `group ${group_id} was not asked for`;
      if (known.every((each) => each.version !== 0 && each.version >= version))
        return `group ${group_id} is not newer than asked`;
    }
    return undefined;
  }),
  answerRule("PUL-06", "must", CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE, ({ contact_session_list }) => {
    if (contact_session_list.length > SESSIONS_MAX)
      return `${contact_session_list.length} sessions, more than ${SESSIONS_MAX}`;
    return isDescending(contact_session_list.map(({ updated_time }) => updated_time))
      ? undefined
      : "sessions are not newest first";
  }),
  answerRule("PUL-07", "must", CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, ({ user_stat_list }, { request }) => {
    const asked = request?.body?.user_id_list;
    if (!Array.isArray(asked)) return undefined;
    const isSame =
      asked.length === user_stat_list.length && user_stat_list.every(({ user_id }, at) => user_id === asked[at]);
    return isSame
      ? undefined
      : `${asked.length} users were asked for, ${user_stat_list.length} are answered, or in another order`;
  }),
  answerRule("PUL-08", "must", CommandId.CID_MSG_UNREAD_CNT_RESPONSE, ({ total_cnt, unreadinfo_list }) => {
    const sum = unreadinfo_list.reduce((total, { unread_cnt }) => total + unread_cnt, 0);
    if (sum !== total_cnt) return `total_cnt is ${total_cnt}, the sum is ${sum}`;
    return unreadinfo_list.every(({ unread_cnt }) => unread_cnt > 0)
      ? undefined
      : "a session without unread messages is listed";
  }),
];

function unchangedTime(list: readonly unknown[], answered: number, asked: unknown): string | undefined {
  if (list.length > 0 || asked === undefined || answered === asked) return undefined;
  return `nothing changed since ${asked}, but latest_update_time is ${answered}`;
}

export function notAsked(what: string, answered: readonly number[], asked: unknown): string | undefined {
  if (!Array.isArray(asked)) return undefined;
  const wrong = answered.find((id) => !asked.includes(id));
  return wrong === undefined ? undefined : `${what} ${wrong} was not asked for`;
}

export function isDescending(numbers: readonly number[]): boolean {
  return numbers.every((number, at) => at === 0 || number <= (numbers[at - 1] as number));
}
