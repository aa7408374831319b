import { CommandId } from "../../generated/commands.js";
import { SessionType } from "../../generated/enums.js";
import type { IMMsgData } from "../../generated/messages.js";
import { digestOf, type NewestMessage, type SentMessage, sessionKey, sessionOf } from "../message-history.js";
import { answerRule, type CheckedPdu, type Rule } from "./define-rule.js";
import { isDescending, notAsked } from "./pul-rules.js";

const MESSAGES_BY_ID_MAX = 100;
const CONTENT_MAX_BYTES = 4096;
/** A capture's clock and a server's may differ; by more than this they hardly do. */
const CLOCKS_APART_MAX_SECONDS = 300;
/** In each of the server's seconds 20. */
export const ACCEPTED_IN_A_SECOND_MAX = 40;
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
  answerRule("MSG-02", "must", CommandId.CID_MSG_DATA_ACK, ({ msg_id }, pdu) => {
    const before = earlierThan(msg_id, pdu);
    // What was sent before the other was acknowledged may be one of the concurrent ones below; at 1 a history begins anew.
    if (before === undefined || msg_id === 1 || pdu.request === undefined) return undefined;
    if (pdu.request.seq < before.ackSeq) return undefined;
    return before.msgId === msg_id
      ? `message ${msg_id} is there twice`
      : `message ${msg_id} comes after ${before.msgId}`;
  }),
  answerRule("MSG-02", "should", CommandId.CID_MSG_DATA_ACK, ({ msg_id }, pdu) => {
    const before = earlierThan(msg_id, pdu);
    return before?.msgId === msg_id && pdu.request !== undefined && pdu.request.seq < before.ackSeq
      ? `two concurrent messages have the id ${msg_id}`
      : undefined;
  }),
  answerRule("MSG-03", "must", CommandId.CID_MSG_DATA, (message, { link }) =>
    link.acknowledged.has(messageKey(message)) && message.from_user_id === link.userId
      ? `the sending connection is sent its own message ${message.msg_id}`
      : undefined,
  ),
  answerRule("MSG-03", "should", CommandId.CID_MSG_DATA, ({ attach_data }) =>
    attach_data === undefined ? undefined : "a message is delivered with attach_data",
  ),
  answerRule("MSG-04", "must", CommandId.CID_MSG_DATA, (message, pdu) => {
    const sent = sentMessage(message, pdu);
    if (sent === undefined || pdu.timeMs === undefined || message.create_time !== sent.createTime) return undefined;
    const awaySeconds = Math.abs(pdu.timeMs / 1000 - sent.createTime);
    return awaySeconds > CLOCKS_APART_MAX_SECONDS ? `create_time ${sent.createTime} is the client's` : undefined;
  }),
  answerRule("MSG-05", "must", CommandId.CID_MSG_DATA, (message, pdu) => {
    const sent = sentMessage(message, pdu);
    return sent !== undefined && sent.digest !== digestOf(message.msg_data)
      ? `message ${message.msg_id} is delivered with other bytes than PDU ${sent.requestSeq} sent`
      : undefined;
  }),
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
  answerRule("MSG-08", "must", CommandId.CID_MSG_DATA_ACK, (_, { link, request, timeMs }) => {
    const first = link.acceptedMs[0];
    if (request === undefined || timeMs === undefined || first === undefined) return undefined;
    // Two of the server's seconds may have a part in any second, so that twice as many are right.
    return link.acceptedMs.length >= ACCEPTED_IN_A_SECOND_MAX && timeMs - first < 1000
      ? `more than ${ACCEPTED_IN_A_SECOND_MAX} messages are accepted within a second`
      : undefined;
  }),
  answerRule("MSG-09", "must", CommandId.CID_MSG_DATA, (message, pdu) => {
    const [sent, later] = overtaking(message, pdu);
    return sent !== undefined && later !== undefined && later.requestSeq > sent.ackSeq
      ? `message ${message.msg_id} is delivered after one that was sent when it had been acknowledged`
      : undefined;
  }),
  answerRule("MSG-09", "should", CommandId.CID_MSG_DATA, (message, pdu) => {
    const [sent, later] = overtaking(message, pdu);
    const isPipelined = sent !== undefined && later?.link === sent.link && later.requestSeq < sent.ackSeq;
    return isPipelined && later.requestSeq > sent.requestSeq
      ? `message ${message.msg_id} is delivered after a later one of the same connection`
      : undefined;
  }),
  answerRule("MSG-09", "should", CommandId.CID_MSG_DATA_ACK, ({ msg_id }, pdu) => {
    const before = newestOf(pdu);
    const { request } = pdu;
    return before !== undefined &&
      request !== undefined &&
      before.link === pdu.linkId &&
      before.msgId < msg_id &&
      before.requestSeq > request.seq
      ? `message ${msg_id} was sent before ${before.msgId}`
      : undefined;
  }),
  answerRule("MSG-10", "must", CommandId.CID_MSG_LIST_RESPONSE, ({ session_type, session_id, msg_list }, pdu) => {
    const { msg_id_begin, msg_cnt } = pdu.request?.body ?? {};
    const isGroupSession = session_type === SessionType.SESSION_TYPE_GROUP;
    // Who is no member of a group gets an empty list (MSG-16).
    if (msg_id_begin !== 0 || !(Number(msg_cnt) > 0) || (isGroupSession && msg_list.length === 0)) return undefined;
    return forgotten(msg_list[0]?.msg_id ?? 0, session_id, isGroupSession, pdu);
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
  answerRule(
    "MSG-17",
    "must",
    CommandId.CID_MSG_GET_LATEST_MSG_ID_RSP,
    ({ session_type, session_id, latest_msg_id }, pdu) =>
      session_type === SessionType.SESSION_TYPE_GROUP ? undefined : forgotten(latest_msg_id, session_id, false, pdu),
  ),
  answerRule("MSG-18", "must", CommandId.CID_MSG_GET_BY_MSG_ID_RES, ({ msg_list }, { request }) => {
    const ids = msg_list.map(({ msg_id }) => msg_id);
    if (ids.length > MESSAGES_BY_ID_MAX) return `${ids.length} messages, more than ${MESSAGES_BY_ID_MAX}`;
    if (!isDescending(ids)) return "messages are not newest first";
    return notAsked("message", ids, request?.body?.msg_id_list);
  }),
  answerRule("MSG-22", "must", CommandId.CID_BUDDY_LIST_REMOVE_SESSION_RES, ({ result_code }) =>
    result_code === 0 || result_code === 1 ? undefined : `result ${result_code}, neither 0 nor 1`,
  ),
  answerRule("MSG-23", "should", CommandId.CID_MSG_DATA_ACK, (_, pdu) => {
    const size = messageOf(pdu)?.msg_data.length ?? 0;
    return size > CONTENT_MAX_BYTES ? `a message of ${size} bytes is acknowledged` : undefined;
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

/** What the connection has lived to see: a server that was started anew may begin its ids anew. */
function isOfItsTime({ link }: CheckedPdu, ackSeq: number): boolean {
  return link.firstSeq < ackSeq;
}

/** The newest message of the session that an acknowledgement is about. */
function newestOf(pdu: CheckedPdu): NewestMessage | undefined {
  const message = messageOf(pdu);
  if (message === undefined || pdu.link.userId === undefined) return undefined;
  const newest = pdu.messages.newest(sessionOf(pdu.link.server, { ...message, from_user_id: pdu.link.userId }));
  return newest !== undefined && isOfItsTime(pdu, newest.ackSeq) ? newest : undefined;
}

/** Where the id that is given to a message is not greater than one that was given before. */
function earlierThan(msgId: number, pdu: CheckedPdu): NewestMessage | undefined {
  const newest = newestOf(pdu);
  return newest !== undefined && msgId <= newest.msgId ? newest : undefined;
}

/** A delivered message as its sender's connection showed it. */
function sentMessage(message: IMMsgData, pdu: CheckedPdu): SentMessage | undefined {
  const sent = pdu.messages.sent(sessionOf(pdu.link.server, message), message.msg_id);
  return sent !== undefined && isOfItsTime(pdu, sent.ackSeq) ? sent : undefined;
}

/** A message, and the one with a greater id that was delivered before it. */
function overtaking(message: IMMsgData, pdu: CheckedPdu): readonly [SentMessage | undefined, SentMessage | undefined] {
  const session = sessionOf(pdu.link.server, message);
  const before = pdu.link.delivered.get(session) ?? 0;
  if (before <= message.msg_id) return [undefined, undefined];
  return [sentMessage(message, pdu), sentMessage({ ...message, msg_id: before }, pdu)];
}

function forgotten(newestId: number, sessionId: number, isGroupSession: boolean, pdu: CheckedPdu): string | undefined {
  const { link, request } = pdu;
  if (link.userId === undefined || request === undefined) return undefined;
  const newest = pdu.messages.newest(sessionKey(link.server, link.userId, sessionId, isGroupSession));
  const isKnown = newest !== undefined && isOfItsTime(pdu, newest.ackSeq) && newest.ackSeq < request.seq;
  return isKnown && newestId < newest.msgId
    ? `message ${newest.msgId} was acknowledged (PDU ${newest.ackSeq}), the newest one is ${newestId}`
    : undefined;
}
