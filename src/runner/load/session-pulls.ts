import { CommandId } from "../../codec/generated/commands.js";
import { SessionType } from "../../codec/generated/enums.js";
import type { MsgInfo, UnreadInfo } from "../../codec/generated/messages.js";
import { HistoryPageError } from "./history-page-error.js";
import type { VirtualDevice } from "./virtual-device.js";

/** As the shipped clients scroll. */
const PAGE = 20;
const PAGES_MAX = 10_000;
const NEWEST = 0;

/** Of a session as the server calls it. */
export interface ServerSession {
  readonly id: number;
  readonly isGroup: boolean;
}

/** PUL-08. @throws ClientError */
export async function pullUnread(device: VirtualDevice): Promise<readonly UnreadInfo[]> {
  const answer = await device.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: device.userId });
  return answer.unreadinfo_list;
}

/**
 * A session's history, newest first, page by page as a person scrolls, until `enough` says so or nothing older comes
 * (MSG-15). `pageDone` is told how long each took.
 * @throws ClientError, HistoryPageError when the server sends the same page for ever
 */
export async function pullHistory(
  device: VirtualDevice,
  { id, isGroup }: ServerSession,
  enough: (soFar: readonly MsgInfo[]) => boolean,
  pageDone: (durationMs: number) => void,
): Promise<readonly MsgInfo[]> {
  const messages: MsgInfo[] = [];
  let begin = NEWEST;
  for (let page = 0; page < PAGES_MAX; page++) {
    const askedMs = performance.now();
    const { msg_list } = await device.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: device.userId,
      session_type: isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE,
      session_id: id,
      msg_id_begin: begin,
      msg_cnt: PAGE,
    });
    pageDone(performance.now() - askedMs);
    messages.push(...msg_list);
    const oldest = Math.min(...msg_list.map(({ msg_id }) => msg_id));
    if (msg_list.length === 0 || oldest <= 1 || enough(messages)) return messages;
    if (begin !== NEWEST && oldest > begin) throw new HistoryPageError(begin, oldest);
    begin = oldest - 1;
  }
  return messages;
}
