import { AttachType, attachTypeName, malformedAttachData, readAttachData } from "../attach-data.js";
import { decodeMessage } from "../body-codec.js";
import { CommandId } from "../generated/commands.js";
import type { IMMsgData } from "../generated/messages.js";
import { ProtocolError } from "../protocol-error.js";
import { bodyToJson, type JsonObject } from "./body-json.js";
import { messageText } from "./message-content.js";

const message = "IM.Message.IMMsgData";

/**
 * What msg_server keeps in the attachment of a request that it makes on its own account: the message that waits for the
 * group's members, their shields or their device tokens. For tokens and shields it is the attachment, without a frame.
 */
const carriedMessages: ReadonlyMap<number, string> = new Map<number, string>([
  [CommandId.CID_GROUP_INFO_REQUEST, message],
  [CommandId.CID_GROUP_INFO_RESPONSE, message],
  [CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, message],
  [CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, message],
  [CommandId.CID_OTHER_GET_SHIELD_REQ, message],
  [CommandId.CID_OTHER_GET_SHIELD_RSP, message],
]);

/** Whether a message, whose text may be encrypted, may stand in attachments of the command. */
export function mayCarryText(commandId: number): boolean {
  return carriedMessages.has(commandId);
}

/** Kinds that say by themselves what they carry. IMFileReq, the client's request, has the fields of IMFileTransferReq. */
const messagesOfType: ReadonlyMap<number, string> = new Map<number, string>([
  [AttachType.PDU_FOR_PUSH, "IM.Server.IMPushToUserReq"],
  [AttachType.HANDLE_AND_PDU_FOR_FILE, "IM.Server.IMFileTransferReq"],
]);

export interface CarriedMessage {
  readonly messageName: string;
  /** `attach_data[start, end)` is the body. */
  readonly start: number;
  readonly end: number;
  readonly body: object;
}

/** Where in an attachment a body begins, and which message that is, as far as command and type tell. Nothing is decoded. */
export function attachedMessage(
  commandId: number,
  attachData: Buffer,
): { readonly type?: number; readonly messageName?: string | undefined; readonly bodyStart?: number } {
  const frame = readAttachData(attachData);
  const messageName = carriedMessages.get(commandId);
  if (frame === undefined) return { messageName, bodyStart: 0 };
  const { type, pdu } = frame;
  if (pdu === undefined || pdu.length === 0) return { type };
  return { type, messageName: messagesOfType.get(type) ?? messageName, bodyStart: attachData.length - pdu.length };
}

/** The body inside an attachment, where the command or the attachment's type tells which message it is, and it fits. */
export function carriedMessage(commandId: number, attachData: Buffer): CarriedMessage | undefined {
  const { messageName, bodyStart } = attachedMessage(commandId, attachData);
  return bodyStart === undefined ? undefined : carriedAt(messageName, attachData, bodyStart);
}

/** attach_data as JSON: its fixed fields, and what it carries. `null` when there is nothing in it. */
export function attachmentJson(commandId: number, attachData: Buffer, textKey: string): JsonObject | null {
  if (attachData.length === 0) return null;
  const carried = carriedMessage(commandId, attachData);
  const inside = carried === undefined ? {} : carriedJson(carried, textKey);
  const frame = readAttachData(attachData);
  if (frame === undefined) return carried === undefined ? { error: malformedAttachData(attachData).message } : inside;
  const { type, handle, serviceType, pdu } = frame;
  const fixed = { type: attachTypeName(type) ?? type, handle, serviceType };
  return pdu === undefined || pdu.length === 0 ? fixed : { ...fixed, pdu: pdu.toString("base64"), ...inside };
}

function carriedJson({ messageName, body }: CarriedMessage, textKey: string): JsonObject {
  const text = messageName === message ? textOfBody(body as IMMsgData, textKey) : null;
  return { message: messageName, body: bodyToJson(messageName, body), ...(text === null ? {} : { text }) };
}

function textOfBody({ msg_type, msg_data }: IMMsgData, textKey: string): string | null {
  return messageText(msg_type, msg_data, textKey);
}

function carriedAt(messageName: string | undefined, attachData: Buffer, start: number): CarriedMessage | undefined {
  if (messageName === undefined) return undefined;
  try {
    const body = decodeMessage(messageName, attachData.subarray(start));
    // A body with fields that the message does not have is more likely another message.
    return "$unknowns" in body ? undefined : { messageName, start, end: attachData.length, body };
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
