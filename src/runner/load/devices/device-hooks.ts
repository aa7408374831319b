import type { DeviceHandler } from "../../../client/device.js";
import { type AckFields, MessageFields } from "../../../codec/message-bytes.js";
import { readSeqNum } from "../../../codec/pdu-header.js";
import type { RunLoop } from "../run-loop.js";
import type { RunProgress } from "../run-progress.js";
import type { Timers } from "../timers.js";
import type { Workload } from "../workload.js";
import type { SessionHooks } from "./device-sessions.js";
import type { Messenger } from "./messenger.js";
import type { MessageTaker, VirtualDevice } from "./virtual-device.js";

/** Those who are told. Asked for when something happens, because they are made after the devices. */
export interface DeviceListeners {
  readonly messenger: () => Messenger;
  readonly workload: () => Workload;
}

/**
 * Messages and acks that come to devices, told to those whom they concern. Hot. The run's clock stands still meanwhile, at
 * the moment when the bytes were read that the PDU came in: one reading of the clock for all that came together, and what
 * waits behind others in the same read is not charged to the server.
 */
export class ArrivalHooks implements MessageTaker {
  constructor(
    private readonly listeners: DeviceListeners,
    private readonly loop: RunLoop,
  ) {}

  arrived(device: VirtualDevice, message: MessageFields, bytes: Buffer, start: number, end: number): void {
    const messenger = this.listeners.messenger();
    this.loop.standStill(device.link?.lastInMs);
    messenger.oracle.messageArriving(bytes, start, end, message, true);
    messenger.arrived(device, message, bytes);
    this.loop.goOn();
  }

  acked(device: VirtualDevice, ack: AckFields, bytes: Buffer, start: number, end: number): void {
    const messenger = this.listeners.messenger();
    this.loop.standStill(device.link?.lastInMs);
    messenger.oracle.ackArriving(bytes, start, end, ack);
    messenger.acked(device, readSeqNum(bytes, start), ack.msgId);
    this.listeners.workload().acked(device.index);
    this.loop.goOn();
  }
}

/** The same for those that the general decoder had to read, and the rest that comes unasked. */
export function deviceHandler({ messenger, workload }: DeviceListeners): DeviceHandler {
  const fields = new MessageFields();
  return {
    onMessage: (device, message, _, bytes, start, end) => {
      fields.fromUserId = message.from_user_id;
      fields.toSessionId = message.to_session_id;
      fields.msgId = message.msg_id;
      fields.createTime = message.create_time;
      fields.msgType = message.msg_type;
      fields.dataStart = 0;
      fields.dataEnd = message.msg_data.length;
      messenger().oracle.messageArriving(bytes, start, end, fields, false);
      messenger().arrived(device as VirtualDevice, fields, message.msg_data);
    },
    onRead: (device, notify) => messenger().readTold(device as VirtualDevice, notify),
    onAck: (device, seqNum, { msg_id }, bytes, start, end) => {
      messenger().oracle.ackArriving(bytes, start, end, undefined);
      messenger().acked(device as VirtualDevice, seqNum, msg_id);
      workload().acked((device as VirtualDevice).index);
    },
  };
}

interface SessionListeners extends DeviceListeners {
  readonly progress: RunProgress;
  readonly nameOf: (user: number) => string | undefined;
  /** Which of a user's devices are online is no longer what it was. */
  readonly presenceChanged: (user: number) => void;
  /** One for each device. */
  readonly timers: Timers;
}

/** Who comes and goes, told to those whom it concerns. */
export function sessionHooks(listeners: SessionListeners): SessionHooks {
  const { messenger, workload, progress, nameOf, presenceChanged, timers } = listeners;
  return {
    onOnline: (device) => {
      const double = messenger().online(device);
      if (double !== undefined) {
        throw new Error(`it is the same user as ${nameOf(double)}: user_id ${device.userId}`);
      }
      presenceChanged(messenger().userOfDevice(device.index));
    },
    onOffline: (device) => {
      messenger().offline(device);
      presenceChanged(messenger().userOfDevice(device.index));
    },
    onReady: (device, intendedMs) => {
      messenger().intendedMs = intendedMs;
      if (progress.phase === "steady") workload().ready(device.index);
    },
    arm: (index, dueMs) => timers.set(index, dueMs),
    disarm: (index) => timers.clear(index),
  };
}
