import { decodeBody } from "../../codec/body-codec.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { KickReasonType, UserStatType } from "../../codec/generated/enums.js";
import { encodePdu } from "../../codec/pdu.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import { isGroupMessage } from "../group-message.js";
import { membersIn } from "../relayed-members.js";
import { concernedBy } from "./handlers/group-handlers.js";
import { kickLocally } from "./kick.js";
import type { MsgContext } from "./msg-context.js";

type NewsHandlers = {
  readonly [C in CommandId]?: (context: MsgContext, body: CommandBody[C], seqNum: number) => void;
};

/** login_status of 0x070e. */
const PC_IS_ON = 1;
// What clients know; any number fits into the 0x070d of another msg_server.
const { KICK_REASON_MOBILE_KICK: MOBILE_KICK, KICK_REASON_DUPLICATE_USER: DUPLICATE_USER } = KickReasonType;

/** What msg_server does with PDUs that come from route_server: everything ends at connections here, nothing is relayed. */
const handlers: NewsHandlers = {
  /** PRE-03. */
  [CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY]: ({ delivery }, { user_id, login_status }) => {
    const login_stat = login_status === PC_IS_ON ? UserStatType.USER_STATUS_ONLINE : UserStatType.USER_STATUS_OFFLINE;
    delivery.toMobilesOf(user_id, encodePdu(CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY, { user_id, login_stat }));
  },

  /** MSG-03, GRP-06; seq_num 0 and no attach_data, whatever the other msg_server put in (FRM-14, MSG-24). */
  [CommandId.CID_MSG_DATA]: ({ delivery, groups, deviates }, body, seqNum) => {
    const { attach_data, ...clean } = body;
    const message = deviates["MSG-03"] || deviates["MSG-24"] ? body : clean;
    if (isGroupMessage(body)) {
      // The bytes may be gone by then.
      const own = { ...message, msg_data: Buffer.from(body.msg_data) };
      const deliver = (members: readonly number[]) => {
        for (const userId of members) delivery.messageTo(userId, own);
      };
      void groups.withMembers(body.to_session_id, body.from_user_id, deliver, membersIn(attach_data));
      return;
    }
    const toldSeqNum = deviates["FRM-14"] ? seqNum : 0;
    delivery.messageTo(body.from_user_id, message, toldSeqNum);
    if (body.to_session_id !== body.from_user_id) delivery.messageTo(body.to_session_id, message, toldSeqNum);
  },

  /** MSG-20; seq_num 0 as in messages (FRM-14). */
  [CommandId.CID_SWITCH_P2P_CMD]: ({ delivery, deviates }, body, seqNum) => {
    const pdu = encodePdu(CommandId.CID_SWITCH_P2P_CMD, body, deviates["CON-07"] ? { seqNum } : undefined);
    delivery.toUsers(new Set([body.from_user_id, body.to_user_id]), pdu);
  },

  /** MSG-14. */
  [CommandId.CID_MSG_READ_NOTIFY]: ({ delivery }, body) => {
    delivery.toUser(body.user_id, encodePdu(CommandId.CID_MSG_READ_NOTIFY, body));
  },

  /** LGN-11, LGN-14. */
  [CommandId.CID_OTHER_SERVER_KICK_USER]: (context, { user_id, client_type, reason }) => {
    kickLocally(context, user_id, client_type, reason === MOBILE_KICK ? MOBILE_KICK : DUPLICATE_USER);
  },

  /** GRP-05: each connection once. */
  [CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY]: ({ delivery, deviates }, body) => {
    delivery.toUsers(concernedBy(body, deviates), encodePdu(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY, body));
  },

  /** FIL-01. */
  [CommandId.CID_FILE_NOTIFY]: ({ delivery }, body) => {
    delivery.toPcsOf(body.to_user_id, encodePdu(CommandId.CID_FILE_NOTIFY, body));
  },

  /** MSG-22. */
  [CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY]: ({ delivery }, body) => {
    delivery.toUser(body.user_id, encodePdu(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY, body));
  },

  /** PRE-04. */
  [CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY]: ({ delivery }, body) => {
    delivery.toAll(encodePdu(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, body));
  },
};

/** `false` when it was unknown or undecodable: ignored, and for the caller to count. */
export function handleRouteNews(context: MsgContext, bytes: Buffer, start: number, end: number): boolean {
  const commandId = readCommandId(bytes, start);
  if (commandId === CommandId.CID_OTHER_HEARTBEAT) return true;
  // PRE-01, the most frequent of all: the very bytes that came go on to every PC.
  if (commandId === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY) {
    context.delivery.toPcs(bytes, start, end);
    return true;
  }
  const handler = handlers[commandId as CommandId] as
    | ((context: MsgContext, body: object, seqNum: number) => void)
    | undefined;
  if (handler === undefined) return false;
  try {
    handler(context, decodeBody(commandId as CommandId, bytes, start + HEADER_SIZE, end), readSeqNum(bytes, start));
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
