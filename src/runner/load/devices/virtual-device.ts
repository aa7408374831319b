import { Device, type DeviceHandler, type DeviceOptions } from "../../../client/device.js";
import { CommandId } from "../../../codec/generated/commands.js";
import { SessionType } from "../../../codec/generated/enums.js";
import { AckFields, MessageFields, readAck, readMessage } from "../../../codec/message-bytes.js";
import { HEADER_SIZE, readCommandId } from "../../../codec/pdu-header.js";

/** Takes what a load is made of. One for all devices; what it is shown is valid during the call. */
export interface MessageTaker {
  /** A message of the usual form as `bytes[start, end)`. Its 0x0302 is queued already. */
  arrived(device: VirtualDevice, message: MessageFields, bytes: Buffer, start: number, end: number): void;
  /** The server's 0x0302 for a message of the device, as `bytes[start, end)`, of the usual form, too. */
  acked(device: VirtualDevice, ack: AckFields, bytes: Buffer, start: number, end: number): void;
}

type Link = NonNullable<Device["link"]>;

// Filled anew for each PDU: the hot path allocates no body.
const message = new MessageFields();
const ack = new AckFields();

/**
 * A device with its number in the run, which reads sessions. Hot: messages and acks of the usual form, which are nearly all
 * that comes, are read in place; everything else goes the way of any device's PDUs.
 */
export class VirtualDevice extends Device {
  constructor(
    readonly index: number,
    options: DeviceOptions,
    handler: DeviceHandler,
    private readonly taker: MessageTaker,
  ) {
    super(options, handler);
  }

  /** Called by the link. */
  override onPdu(link: Link, bytes: Buffer, start: number, end: number): void {
    if (!this.isAwaitingAnswer) {
      const commandId = readCommandId(bytes, start);
      const bodyAt = start + HEADER_SIZE;
      if (commandId === CommandId.CID_MSG_DATA && readMessage(bytes, bodyAt, end, message)) {
        this.acknowledge(link, message.fromUserId, message.toSessionId, message.msgId, message.msgType);
        return this.taker.arrived(this, message, bytes, start, end);
      }
      if (commandId === CommandId.CID_MSG_DATA_ACK && readAck(bytes, bodyAt, end, ack)) {
        return this.taker.acked(this, ack, bytes, start, end);
      }
    }
    super.onPdu(link, bytes, start, end);
  }

  /** @returns its seq_num */
  sendSessionReadAck(sessionId: number, isGroup: boolean, msgId: number): number {
    return this.sendReadAck(
      sessionId,
      isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE,
      msgId,
    );
  }
}
