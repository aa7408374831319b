import { AttachType, decodeAttachData, encodeAttachData } from "../codec/attach-data.js";
import { decodeBody, encodeBody } from "../codec/body-codec.js";
import { CommandId } from "../codec/generated/commands.js";
import { ServiceID } from "../codec/generated/enums.js";
import { ProtocolError } from "../codec/protocol-error.js";

/**
 * attach_data of a group message on its way to a route_server that sends only where it is needed: the group's members, as
 * the body of a 0x0711. Receiving msg_servers need not ask their database then.
 */
export function withMembers(groupId: number, members: readonly number[]): Buffer {
  const pdu = encodeBody(CommandId.CID_OTHER_GET_SHIELD_REQ, { group_id: groupId, user_id: [...members] });
  return encodeAttachData({ type: AttachType.PDU, handle: 0, serviceType: ServiceID.SID_GROUP, pdu });
}

/** `undefined` when there are none in it: attach_data of other msg_servers holds something else. */
export function membersIn(attachData: Buffer | undefined): readonly number[] | undefined {
  if (attachData === undefined) return undefined;
  try {
    const { type, serviceType, pdu } = decodeAttachData(attachData);
    if (type !== AttachType.PDU || serviceType !== ServiceID.SID_GROUP || pdu === undefined) return undefined;
    return decodeBody(CommandId.CID_OTHER_GET_SHIELD_REQ, pdu).user_id;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
