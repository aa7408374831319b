import { CommandId } from "../../../codec/generated/commands.js";
import type { MsgType } from "../../../codec/generated/enums.js";
import type { IMMsgData } from "../../../codec/generated/messages.js";
import { isGroupMessage } from "../../group-message.js";
import type { MessageId, SessionKind, StoredMessage } from "../../storage/storage.js";
import { storageLimits } from "../../storage/storage-limits.js";
import type { DatabaseCommands, DatabaseNotices } from "./database-command.js";
import { latestMessage, messageInfo } from "./latest-message.js";

/** MSG-15 sets no bound; an answer has one all the same. */
const HISTORY_COUNT_MAX = 1000;
/** Of content in one answer: as much as that many texts have at most. Sounds may be longer; the rest is asked for again. */
const HISTORY_BYTES_MAX = HISTORY_COUNT_MAX * storageLimits.contentBytes;

export const messageCommands = {
  /** DBP-02: comes back with its msg_id, 0 when it was not stored. Hot. */
  [CommandId.CID_MSG_DATA]: ({ storage: { messages } }, request) => {
    const body = messages.answersAtOnce ? request : { ...request, msg_data: Buffer.from(request.msg_data) };
    const msgId = messages.append({
      fromId: body.from_user_id,
      to: { kind: sessionKindOf(body.msg_type), id: body.to_session_id },
      type: body.msg_type,
      content: body.msg_data,
      created: body.create_time,
    });
    return msgId instanceof Promise ? msgId.then((id) => numbered(body, id)) : numbered(body, msgId);
  },

  /** PUL-08. */
  [CommandId.CID_MSG_UNREAD_CNT_REQUEST]: async (context, { user_id }) => {
    const sessions = await context.storage.sessions.unread(user_id);
    return {
      user_id,
      total_cnt: sessions.reduce((total, { count }) => total + count, 0),
      unreadinfo_list: sessions.map(({ id, kind, count, last }) => ({
        session_id: id,
        session_type: kind,
        unread_cnt: count,
        ...latestMessage(last, context.textKey),
      })),
    };
  },

  /** MSG-15, MSG-16. */
  [CommandId.CID_MSG_LIST_REQUEST]: async (
    { storage },
    { user_id, session_type, session_id, msg_id_begin, msg_cnt },
  ) => {
    const session = { kind: session_type, id: session_id };
    const messages = await storage.messages.history(
      user_id,
      session,
      msg_id_begin,
      Math.min(msg_cnt, HISTORY_COUNT_MAX),
    );
    return { user_id, session_type, session_id, msg_id_begin, msg_list: within(messages).map(messageInfo) };
  },

  /** MSG-17. */
  [CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ]: async ({ storage }, { user_id, session_type, session_id }) => {
    const latest_msg_id = await storage.messages.latestId(user_id, { kind: session_type, id: session_id });
    return { user_id, session_type, session_id, latest_msg_id };
  },

  /** MSG-18. */
  [CommandId.CID_MSG_GET_BY_MSG_ID_REQ]: async ({ storage }, { user_id, session_type, session_id, msg_id_list }) => {
    const messages = await storage.messages.byIds(user_id, { kind: session_type, id: session_id }, msg_id_list);
    return { user_id, session_type, session_id, msg_list: within(messages).map(messageInfo) };
  },
} satisfies Partial<DatabaseCommands>;

export const messageNotices = {
  /** MSG-14, GRP-08. */
  [CommandId.CID_MSG_READ_ACK]: async ({ storage }, { user_id, session_type, session_id }) => {
    await storage.sessions.markRead(user_id, { kind: session_type, id: session_id });
  },
} satisfies Partial<DatabaseNotices>;

function numbered(body: IMMsgData, msgId: MessageId): IMMsgData {
  body.msg_id = msgId ?? 0;
  return body;
}

/** As many as one answer carries, one at least. */
function within(messages: readonly StoredMessage[]): readonly StoredMessage[] {
  let bytes = 0;
  const tooMany = messages.findIndex(({ content }) => {
    bytes += content.length;
    return bytes > HISTORY_BYTES_MAX;
  });
  return tooMany < 0 ? messages : messages.slice(0, Math.max(1, tooMany));
}

export function sessionKindOf(type: MsgType): SessionKind {
  return isGroupMessage({ msg_type: type }) ? 2 : 1;
}
