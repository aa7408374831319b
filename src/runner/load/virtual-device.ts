import { Device, type DeviceHandler, type DeviceOptions } from "../../client/device.js";
import { SessionType } from "../../codec/generated/enums.js";

/** A device with its number in the run, which reads sessions. */
export class VirtualDevice extends Device {
  constructor(
    readonly index: number,
    options: DeviceOptions,
    handler: DeviceHandler,
  ) {
    super(options, handler);
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
