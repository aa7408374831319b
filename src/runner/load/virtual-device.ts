import { Device, type DeviceHandler, type DeviceOptions } from "../../client/device.js";
import { MsgType, SessionType } from "../../codec/generated/enums.js";

/** A device with its number in the run, speaking text to users and groups. */
export class VirtualDevice extends Device {
  constructor(
    readonly index: number,
    options: DeviceOptions,
    handler: DeviceHandler,
  ) {
    super(options, handler);
  }

  /** Sends a message; its ack carries the seq_num returned. */
  sendText(sessionId: number, isGroup: boolean, content: Buffer): number {
    return this.sendMessage(sessionId, isGroup ? MsgType.MSG_TYPE_GROUP_TEXT : MsgType.MSG_TYPE_SINGLE_TEXT, content);
  }

  sendSessionReadAck(sessionId: number, isGroup: boolean, msgId: number): void {
    this.sendReadAck(sessionId, isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE, msgId);
  }
}
