import { CommandId } from "../../generated/commands.js";
import { SessionType } from "../../generated/enums.js";
import type { IMMsgData } from "../../generated/messages.js";
import { answerRule, type CheckedPdu, type Rule } from "./define-rule.js";
import { isDescending, notAsked } from "./pul-rules.js";

const MESSAGES_BY_ID_MAX = 100;
const firstGroupType = 0x11;

export const msgRules: readonly Rule[] = [
  answerRule("MSG-01", "must", CommandId.CID_MSG_DATA_ACK, ({ user_id, session_id, session_type }, pdu) => {
    const message = messageOf(pdu);
    if (message === undefined) return undefined;
    if (session_id !== message.to_session_id)
      return `session_id is ${session_id}, the message was for ${message.to_session_id}`;
    if (pdu.link.userId !== undefined && user_id !== pdu.link.userId)
      return `user_id is ${user_id}, the sender is ${pdu.link.userId}`;
    if (isGroup(message) || session_type === SessionType.SESSION_TYPE_SINGLE) return undefined;
    return `session_type is ${session_type} for a one-to-one message`;
  }),
  answerRule("MSG-03", "must", CommandId.CID_MSG_DATA, (message, { link }) =>
    link.acknowledged.has(messageKey(message)) && message.from_user_id === link.userId
      ? `the sending connection is sent its own message ${message.msg_id}`
      : undefined,
  ),
  answerRule("MSG-03", "should", CommandId.CID_MSG_DATA, ({ attach_data }) =>
    attach_data === undefined ? undefined : "a message is delivered with attach_data",
  ),
  answerRule("MSG-06", "must", CommandId.CID_MSG_DATA_ACK, (_, pdu) => {
    const message = messageOf(pdu);
    if (message?.msg_data.length === 0) return "a message without content is acknowledged";
    return message?.to_session_id === 0 ? "a message to 0 is acknowledged" : undefined;
  }),
  answerRule("MSG-07", "must", CommandId.CID_MSG_DATA_ACK, (_, pdu) => {
    const message = messageOf(pdu);
    const isToSelf = message !== undefined && !isGroup(message) && message.to_session_id === pdu.link.userId;
    return isToSelf ? "a message to oneself is acknowledged" : undefined;
  }),
  answerRule("MSG-15", "must", CommandId.CID_MSG_LIST_RESPONSE, ({ msg_list, session_id }, { request }) => {
    const { msg_id_begin, msg_cnt, session_id: asked } = request?.body ?? {};
    const ids = msg_list.map(({ msg_id }) => msg_id);
    if (typeof asked === "number" && asked !== session_id) return `session ${asked} was asked for, not ${session_id}`;
    if (!isDescending(ids)) return "messages are not newest first";
    if (typeof msg_cnt === "number" && ids.length > msg_cnt) return `${ids.length} messages, ${msg_cnt} were asked for`;
    const isAbove = typeof msg_id_begin === "number" && msg_id_begin > 0 && (ids[0] ?? 0) > msg_id_begin;
    return isAbove ? `message ${ids[0]} lies above msg_id_begin ${msg_id_begin}` : undefined;
  }),
  answerRule("MSG-18", "must", CommandId.CID_MSG_GET_BY_MSG_ID_RES, ({ msg_list }, { request }) => {
    const ids = msg_list.map(({ msg_id }) => msg_id);
    if (ids.length > MESSAGES_BY_ID_MAX) return `${ids.length} messages, more than ${MESSAGES_BY_ID_MAX}`;
    if (!isDescending(ids)) return "messages are not newest first";
    return notAsked("message", ids, request?.body?.msg_id_list);
  }),
  {
    requirement: "MSG-24",
    level: "should",
    dir: "s2c",
    violatedBy: ({ body }) => (body?.attach_data === undefined ? undefined : "attach_data reaches a client"),
  },
];

/** How an acknowledgement and a delivery name the same message. */
export function messageKey({ to_session_id, msg_id, msg_type }: IMMsgData): string {
  return `${msg_type >= firstGroupType ? "group " : ""}${to_session_id} ${msg_id}`;
}

function isGroup({ msg_type }: IMMsgData): boolean {
  return msg_type >= firstGroupType;
}

function messageOf({ request }: CheckedPdu): IMMsgData | undefined {
  return request?.commandId === CommandId.CID_MSG_DATA ? (request.body as IMMsgData | undefined) : undefined;
}
