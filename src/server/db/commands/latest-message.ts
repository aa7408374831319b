import { MsgType } from "../../../codec/generated/enums.js";
import type { ContactSessionInfo, MsgInfo } from "../../../codec/generated/messages.js";
import { encryptText } from "../../../codec/text-content.js";
import type { StoredMessage } from "../../storage/storage.js";

/** What the original servers show in place of an audio message: "[voice]". */
const AUDIO_PLACEHOLDER = "[语音]";

type LatestMessage = Pick<
  ContactSessionInfo,
  "latest_msg_id" | "latest_msg_data" | "latest_msg_type" | "latest_msg_from_user_id"
>;

/** The last message of a session; audio is shown as an encrypted placeholder text (MSG-19). */
export function latestMessage(message: StoredMessage, textKey: string): LatestMessage {
  const isAudio = message.type === MsgType.MSG_TYPE_SINGLE_AUDIO || message.type === MsgType.MSG_TYPE_GROUP_AUDIO;
  return {
    latest_msg_id: message.msgId,
    latest_msg_data: isAudio ? encryptText(AUDIO_PLACEHOLDER, textKey) : message.content,
    latest_msg_type: typeOf(message),
    latest_msg_from_user_id: message.fromId,
  };
}

export function messageInfo(message: StoredMessage): MsgInfo {
  return {
    msg_id: message.msgId,
    from_session_id: message.fromId,
    create_time: message.created,
    msg_type: typeOf(message),
    msg_data: message.content,
  };
}

const known: ReadonlySet<number> = new Set(Object.values(MsgType));
const GROUP_BIT = 0x10;

/** A table that others write may have types that the wire has not; one such message must not cost the whole answer. */
function typeOf({ type }: StoredMessage): MsgType {
  if (known.has(type)) return type as MsgType;
  return (type & GROUP_BIT) === 0 ? MsgType.MSG_TYPE_SINGLE_TEXT : MsgType.MSG_TYPE_GROUP_TEXT;
}
