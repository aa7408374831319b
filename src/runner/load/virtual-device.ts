import { Device, type DeviceHandler, type DeviceOptions } from "../../client/device.js";
import { MsgType, SessionType } from "../../codec/generated/enums.js";

/** A device with its number in the run, speaking one-to-one text. */
export class VirtualDevice extends Device {
  constructor(
    readonly index: number,
    options: DeviceOptions,
    handler: DeviceHandler,
  ) {
    super(options, handler);
  }

  /** Sends a message; its ack carries the seq_num returned. */
  sendText(toUserId: number, content: Buffer): number {
    return this.sendMessage(toUserId, MsgType.MSG_TYPE_SINGLE_TEXT, content);
  }

  sendSingleReadAck(peerUserId: number, msgId: number): void {
    this.sendReadAck(peerUserId, SessionType.SESSION_TYPE_SINGLE, msgId);
  }
}
