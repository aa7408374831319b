import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import type { MsgInfo, UnreadInfo } from "../../../codec/generated/messages.js";
import { HistoryPageError } from "../audit/history-page-error.js";
import type { FaultPdu } from "../oracle/delivery-fault.js";
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

/** What a pull came to, with its PDUs. */
interface Pulled<T> {
  readonly list: readonly T[];
  readonly pdus: readonly FaultPdu[];
}

/** PUL-08. @throws ClientError */
export async function pullUnread(device: VirtualDevice): Promise<Pulled<UnreadInfo>> {
  const exchange = await device.exchange(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: device.userId });
  return { list: exchange.answer.unreadinfo_list, pdus: pdusOf(exchange, device) };
}

/** The one message of a session's history that has this msg_id; the next older one where there is none. @throws ClientError */
export async function pullMessage(
  device: VirtualDevice,
  session: ServerSession,
  msgId: number,
): Promise<Pulled<MsgInfo>> {
  const exchange = await device.exchange(CommandId.CID_MSG_LIST_REQUEST, pageOf(device, session, msgId, 1));
  return { list: exchange.answer.msg_list, pdus: pdusOf(exchange, device) };
}

/**
 * A session's history, newest first, page by page as a person scrolls, until `enough` says so or nothing older comes
 * (MSG-15). `pageDone` is told how long each took.
 * @throws ClientError, HistoryPageError when the server sends the same page for ever
 */
export async function pullHistory(
  device: VirtualDevice,
  session: ServerSession,
  enough: (soFar: readonly MsgInfo[]) => boolean,
  pageDone: (durationMs: number) => void,
): Promise<readonly MsgInfo[]> {
  const messages: MsgInfo[] = [];
  let begin = NEWEST;
  for (let page = 0; page < PAGES_MAX; page++) {
    const askedMs = performance.now();
    const { msg_list } = await device.request(CommandId.CID_MSG_LIST_REQUEST, pageOf(device, session, begin, PAGE));
    pageDone(performance.now() - askedMs);
    messages.push(...msg_list);
    const oldest = Math.min(...msg_list.map(({ msg_id }) => msg_id));
    if (msg_list.length === 0 || oldest <= 1 || enough(messages)) return messages;
    if (begin !== NEWEST && oldest > begin) throw new HistoryPageError(begin, oldest, messages);
    begin = oldest - 1;
  }
  return messages;
}

function pageOf({ userId }: VirtualDevice, { id, isGroup }: ServerSession, begin: number, count: number) {
  return {
    user_id: userId,
    session_type: isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE,
    session_id: id,
    msg_id_begin: begin,
    msg_cnt: count,
  };
}

function pdusOf(
  { sent, received }: { readonly sent: Buffer; readonly received: Buffer },
  device: VirtualDevice,
): FaultPdu[] {
  return [
    { what: "sent", device: device.index, bytes: sent },
    { what: "received", device: device.index, bytes: received },
  ];
}
