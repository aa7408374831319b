import type { DeviceHandler } from "../../client/device.js";
import type { SessionHooks } from "./device-sessions.js";
import type { Messenger } from "./messenger.js";
import type { RunProgress } from "./run-progress.js";
import type { VirtualDevice } from "./virtual-device.js";
import type { Timers, Workload } from "./workload.js";

/** Those who are told. Asked for when something happens, because they are made after the devices. */
export interface DeviceListeners {
  readonly messenger: () => Messenger;
  readonly workload: () => Workload;
}

/** What comes to devices, told to those whom it concerns. Hot. */
export function deviceHandler({ messenger, workload }: DeviceListeners): DeviceHandler {
  return {
    onMessage: (device, message, _, bytes, start, end) => {
      messenger().oracle.arriving(bytes, start, end);
      messenger().arrived(device as VirtualDevice, message);
    },
    onRead: (device, notify) => messenger().readTold(device as VirtualDevice, notify),
    onAck: (device, seqNum, ack, bytes, start, end) => {
      messenger().oracle.arriving(bytes, start, end);
      messenger().acked(device as VirtualDevice, seqNum, ack.msg_id);
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
