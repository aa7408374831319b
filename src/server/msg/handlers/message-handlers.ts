import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import type { IMMsgData } from "../../../codec/generated/messages.js";
import { sizeOfAck, writeAck } from "../../../codec/message-bytes.js";
import { encodePdu } from "../../../codec/pdu.js";
import { nowSeconds } from "../../clock.js";
import { isGroupMessage } from "../../group-message.js";
import { withMembers } from "../../relayed-members.js";
import { attachmentOf } from "../attachment-of.js";
import type { ClientSession } from "../client-session.js";
import { defineHandler, onceLoggedIn } from "../define-handler.js";
import type { MsgContext } from "../msg-context.js";
import { pushMessage } from "../push-message.js";

/** Hot path: IMMsgData in, stored, acked, fanned out here and by way of route_server (MSG-01 … 10, GRP-06, GRP-07). */
const message = defineHandler({
  command: CommandId.CID_MSG_DATA,
  allowedIn: onceLoggedIn,
  handle(context, session, body, seqNum) {
    const { counts } = context;
    const isGroup = isGroupMessage(body);
    // MSG-06, MSG-07.
    if (body.msg_data.length === 0 || body.to_session_id === 0 || (!isGroup && body.to_session_id === session.userId)) {
      counts.messagesRefused++;
      return;
    }
    const second = nowSeconds(context.clock);
    if (session.messageRate.isOver(second, context.limits.messagesPerSecondMax)) {
      counts.messagesOverRate++;
      return;
    }
    // MSG-04: the client's word on sender, time and id counts for nothing; its attach_data goes nowhere (MSG-24).
    const stored = context.database.request(CommandId.CID_MSG_DATA, {
      from_user_id: session.userId,
      to_session_id: body.to_session_id,
      msg_id: 0,
      create_time: second,
      msg_type: body.msg_type,
      msg_data: body.msg_data,
    });
    if (stored instanceof Promise) return stored.then((later) => passOn(context, session, later, isGroup, seqNum));
    return passOn(context, session, stored, isGroup, seqNum);
  },
});

/** What became of a message: nothing, or an ack first and then everybody whom it concerns. */
function passOn(
  context: MsgContext,
  session: ClientSession,
  stored: IMMsgData,
  isGroup: boolean,
  seqNum: number,
): void | Promise<void> {
  const { counts } = context;
  if (stored.msg_id === 0) {
    counts.messagesRefused++;
    return;
  }
  counts.messagesAccepted++;
  acknowledge(session, stored, isGroup, seqNum);
  return isGroup ? toGroup(context, session, stored, seqNum) : toPeer(context, session, stored, seqNum);
}

/** Hot. */
function acknowledge(
  { link, userId }: ClientSession,
  { to_session_id, msg_id }: IMMsgData,
  isGroup: boolean,
  seqNum: number,
): void {
  if (!link.isOpen) return;
  const sessionType = isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE;
  const start = link.reserve(sizeOfAck(userId, to_session_id, msg_id));
  writeAck(link.outgoing, start, seqNum, userId, to_session_id, msg_id, sessionType);
  link.appended(CommandId.CID_MSG_DATA_ACK, start);
}

/** MSG-03: seq_num 0 (FRM-14), the sending connection left out; then those who are not online (PSH-01). */
function toPeer(context: MsgContext, session: ClientSession, stored: IMMsgData, seqNum: number): void {
  const { delivery, route } = context;
  const routed = routedForm(context, session, stored, seqNum);
  if (routed === undefined) route.relay(CommandId.CID_MSG_DATA, stored);
  else route.relayBytes(routed);
  delivery.messageTo(session.userId, stored, 0, session);
  delivery.messageTo(stored.to_session_id, stored);
  pushMessage(context, stored, [stored.to_session_id]);
}

/** GRP-06: as above, once the members are known. */
function toGroup(context: MsgContext, session: ClientSession, stored: IMMsgData, seqNum: number): Promise<void> {
  const { delivery, route, groups } = context;
  // The bytes may be gone by then.
  const own = { ...stored, msg_data: Buffer.from(stored.msg_data) };
  return groups.withMembers(own.to_session_id, session.userId, (members) => {
    const told = leaking(context, session, own);
    const routed = routedForm(context, session, own, seqNum, members);
    if (routed === undefined) route.relay(CommandId.CID_MSG_DATA, told);
    else route.relayBytes(routed);
    for (const userId of members) delivery.messageTo(userId, told, 0, session);
    pushMessage(context, own, members);
  });
}

/** What other msg_servers get, where it is not what clients here get: members for `--smart-route`, or leaks. */
function routedForm(
  context: MsgContext,
  session: ClientSession,
  stored: IMMsgData,
  seqNum: number,
  members?: readonly number[],
): Buffer | undefined {
  const { deviates, tellsMembers } = context;
  if (tellsMembers && members !== undefined) {
    const attach_data = withMembers(stored.to_session_id, members);
    return encodePdu(CommandId.CID_MSG_DATA, { ...stored, attach_data });
  }
  if (!deviates["FRM-14"] && !deviates["MSG-03"] && !deviates["MSG-24"]) return undefined;
  const header = deviates["FRM-14"] ? { seqNum } : {};
  return encodePdu(CommandId.CID_MSG_DATA, leaking(context, session, stored), header);
}

/** MSG-03, MSG-24. */
function leaking({ deviates }: MsgContext, session: ClientSession, stored: IMMsgData): IMMsgData {
  return deviates["MSG-03"] || deviates["MSG-24"] ? { ...stored, attach_data: attachmentOf(session) } : stored;
}

/** MSG-13: no answer; only counted. */
const dataAck = defineHandler({
  command: CommandId.CID_MSG_DATA_ACK,
  allowedIn: onceLoggedIn,
  handle({ counts }, session) {
    counts.dataAcks++;
    session.unconfirmed.confirm();
  },
});

/** MSG-14, GRP-08. */
const readAck = defineHandler({
  command: CommandId.CID_MSG_READ_ACK,
  allowedIn: onceLoggedIn,
  handle({ database, delivery, route }, session, { session_id, session_type, msg_id }) {
    const notify = { user_id: session.userId, session_id, msg_id, session_type };
    const told = database.tell(CommandId.CID_MSG_READ_ACK, notify);
    const relayed = route.relay(CommandId.CID_MSG_READ_NOTIFY, notify);
    delivery.toUser(session.userId, encodePdu(CommandId.CID_MSG_READ_NOTIFY, notify), session);
    return told ?? relayed;
  },
});

/** MSG-20: not stored and not acked; the sender is who is logged in (CON-07). */
const peerCommand = defineHandler({
  command: CommandId.CID_SWITCH_P2P_CMD,
  allowedIn: onceLoggedIn,
  handle({ delivery, route, deviates, clock, limits, counts }, session, body, seqNum) {
    if (session.peerCommandRate.isOver(nowSeconds(clock), limits.peerCommandsPerSecondMax)) {
      counts.peerCommandsOverRate++;
      return;
    }
    const { to_user_id, cmd_msg_data } = body;
    const command = { from_user_id: session.userId, to_user_id, cmd_msg_data };
    const pdu = deviates["CON-07"]
      ? encodePdu(CommandId.CID_SWITCH_P2P_CMD, body, { seqNum })
      : encodePdu(CommandId.CID_SWITCH_P2P_CMD, command);
    const relayed = route.relayBytes(pdu);
    delivery.toUser(session.userId, pdu, session);
    if (to_user_id !== session.userId) delivery.toUser(to_user_id, pdu);
    return relayed;
  },
});

/** MSG-22. */
const removeSession = defineHandler({
  command: CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ,
  allowedIn: onceLoggedIn,
  async handle({ database, delivery, route }, session, { session_type, session_id }, seqNum) {
    const request = { user_id: session.userId, session_type, session_id };
    const { result_code } = await database.request(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, request);
    session.link.send(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_RES, { ...request, result_code }, seqNum);
    if (session_type !== SessionType.SESSION_TYPE_SINGLE) return;
    route.relay(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY, request);
    delivery.toUser(session.userId, encodePdu(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY, request), session);
  },
});

export const messageHandlers = [message, dataAck, readAck, peerCommand, removeSession];
