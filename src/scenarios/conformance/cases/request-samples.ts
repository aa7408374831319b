import type { RequestId } from "../../../client/requests.js";
import { type CommandBody, CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../codec/generated/enums.js";

export interface RequestSample {
  readonly commandId: RequestId;
  readonly body: CommandBody[RequestId];
}

function sample<C extends RequestId>(commandId: C, body: CommandBody[C]): RequestSample {
  return { commandId, body: body as CommandBody[RequestId] };
}

/** A valid request of each kind that has required fields and is answered, none of which changes anything of note. */
export function requestSamples(userId: number, peerId: number, content: Buffer): readonly RequestSample[] {
  const user_id = userId;
  const session = { session_type: SessionType.SESSION_TYPE_SINGLE, session_id: peerId } as const;
  return [
    sample(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, { user_id, latest_update_time: 0 }),
    sample(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, { user_id, user_id_list: [peerId] }),
    // A time in the far future keeps the answer short.
    sample(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id, latest_update_time: 2_100_000_000 }),
    sample(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id, user_id_list: [peerId] }),
    sample(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time: 0 }),
    sample(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { user_id, sign_info: "here" }),
    sample(CommandId.CID_MSG_DATA, {
      from_user_id: userId,
      to_session_id: peerId,
      msg_id: 0,
      create_time: 0,
      msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
      msg_data: content,
    }),
    sample(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }),
    sample(CommandId.CID_MSG_LIST_REQUEST, { user_id, ...session, msg_id_begin: 0, msg_cnt: 1 }),
    sample(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, { user_id, ...session }),
    sample(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id }),
    sample(CommandId.CID_GROUP_INFO_REQUEST, { user_id, group_version_list: [{ group_id: 1, version: 0 }] }),
  ];
}
