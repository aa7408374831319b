import { MsgType } from "../codec/generated/enums.js";

/** Whether to_session_id is a group. */
export function isGroupMessage({ msg_type }: { readonly msg_type: MsgType }): boolean {
  return msg_type === MsgType.MSG_TYPE_GROUP_TEXT || msg_type === MsgType.MSG_TYPE_GROUP_AUDIO;
}
