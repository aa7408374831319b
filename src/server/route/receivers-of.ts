import { decodeBody } from "../../codec/body-codec.js";
import { CommandId } from "../../codec/generated/commands.js";
import { HEADER_SIZE } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import { isGroupMessage } from "../group-message.js";
import { membersIn } from "../relayed-members.js";

/**
 * The users that a relayed PDU is for. `undefined`: it does not say, so every msg_server has to see it: a group message of a
 * msg_server that does not send the members along, or a body that cannot be decoded.
 */
export function receiversOf(
  commandId: number,
  bytes: Buffer,
  start: number,
  end: number,
): Iterable<number> | undefined {
  try {
    return read(commandId, bytes, start + HEADER_SIZE, end);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return undefined;
  }
}

function read(commandId: number, bytes: Buffer, start: number, end: number): Iterable<number> | undefined {
  switch (commandId) {
    case CommandId.CID_MSG_DATA: {
      const message = decodeBody(commandId, bytes, start, end);
      if (isGroupMessage(message)) return membersIn(message.attach_data);
      return [message.from_user_id, message.to_session_id];
    }
    case CommandId.CID_SWITCH_P2P_CMD: {
      const { from_user_id, to_user_id } = decodeBody(commandId, bytes, start, end);
      return [from_user_id, to_user_id];
    }
    case CommandId.CID_MSG_READ_NOTIFY:
    case CommandId.CID_OTHER_SERVER_KICK_USER:
    case CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY:
      return [decodeBody(commandId, bytes, start, end).user_id];
    case CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY: {
      const { cur_user_id_list, chg_user_id_list } = decodeBody(commandId, bytes, start, end);
      return [...cur_user_id_list, ...chg_user_id_list];
    }
    case CommandId.CID_FILE_NOTIFY:
      return [decodeBody(commandId, bytes, start, end).to_user_id];
    default:
      return undefined;
  }
}
