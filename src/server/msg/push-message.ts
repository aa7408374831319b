import { CommandId } from "../../codec/generated/commands.js";
import { MsgType } from "../../codec/generated/enums.js";
import type { IMMsgData, IMPushToUserReq, UserTokenInfo } from "../../codec/generated/messages.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import { decryptText } from "../../codec/text-content.js";
import { DatabaseUnavailableError } from "../db/database-port.js";
import { isGroupMessage } from "../group-message.js";
import type { MsgContext } from "./msg-context.js";
import { onPcAnywhere } from "./on-pc-anywhere.js";

/** What the original shows in place of an audio message: "[voice]". */
const AUDIO_PREVIEW = "[语音]";
/** "You have a new message", for content that is not text of this deployment's key. */
const OTHER_PREVIEW = "您有一条新消息";
const PUSH_TYPE = { normal: 1, silent: 2 } as const;
const SHIELD_OFF = 0;

/** PSH-01, PSH-02: has push_server tell those of the receivers who have a token. Costs nothing without one (PSH-03). */
export function pushMessage(context: MsgContext, message: IMMsgData, receivers: readonly number[]): void {
  const { push, deviates, log } = context;
  if (push.links.isOpen) void push.push(() => pushOf(context, message, receivers));
  else if (deviates["PSH-03"]) log.trouble("msg", "no push_server is connected", { user: message.from_user_id });
}

/** What to send, once it is known who of them is to hear of it: `undefined` when nobody is. */
async function pushOf(
  context: MsgContext,
  shared: IMMsgData,
  receivers: readonly number[],
): Promise<IMPushToUserReq | undefined> {
  // The bytes may be gone by the time that they are needed.
  const message = { ...shared, msg_data: Buffer.from(shared.msg_data) };
  const { database } = context;
  try {
    const wanting = isGroupMessage(message) ? await unshielded(context, message.to_session_id, receivers) : receivers;
    const user_id = wanting.filter((userId) => userId !== message.from_user_id);
    if (user_id.length === 0) return undefined;
    const { user_token_info } = await database.request(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, { user_id });
    // An original db_proxy_server names users who have cleared their token, too.
    const reachable = user_token_info.filter(({ token }) => token !== "");
    if (reachable.length === 0) return undefined;
    const user_token_list = await withPushType(context, reachable);
    return { flash: previewOf(context, message), data: dataOf(message), user_token_list };
  } catch (error) {
    // A push is a courtesy: the message itself is stored and delivered.
    if (error instanceof DatabaseUnavailableError) return undefined;
    throw error;
  }
}

/** PSH-02. */
async function unshielded(
  { database }: MsgContext,
  group_id: number,
  members: readonly number[],
): Promise<readonly number[]> {
  const request = { group_id, user_id: [...members] };
  const { shield_status_list } = await database.request(CommandId.CID_OTHER_GET_SHIELD_REQ, request);
  return shield_status_list.filter(({ shield_status }) => shield_status === SHIELD_OFF).map(({ user_id }) => user_id);
}

async function withPushType(context: MsgContext, tokens: readonly UserTokenInfo[]): Promise<UserTokenInfo[]> {
  const onPc = await onPcAnywhere(
    context,
    tokens.map(({ user_id }) => user_id),
  );
  return tokens.map((info) => ({ ...info, push_type: onPc.has(info.user_id) ? PUSH_TYPE.silent : PUSH_TYPE.normal }));
}

function previewOf({ textKey }: MsgContext, { msg_type, msg_data }: IMMsgData): string {
  if (msg_type === MsgType.MSG_TYPE_SINGLE_AUDIO || msg_type === MsgType.MSG_TYPE_GROUP_AUDIO) return AUDIO_PREVIEW;
  try {
    return decryptText(msg_data, textKey);
  } catch (error) {
    if (error instanceof ProtocolError) return OTHER_PREVIEW;
    throw error;
  }
}

function dataOf(message: IMMsgData): string {
  const { msg_type, from_user_id: from_id, to_session_id } = message;
  return JSON.stringify({ msg_type, from_id, ...(isGroupMessage(message) ? { group_id: to_session_id } : {}) });
}
