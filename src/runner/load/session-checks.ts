import type { MsgInfo } from "../../codec/generated/messages.js";
import type { DeviceSessions } from "./device-sessions.js";
import type { HistoryEntry } from "./history-audit.js";
import type { LoadMetrics } from "./load-metrics.js";
import { contentIn } from "./message-form.js";
import type { Messenger } from "./messenger.js";
import { rampUp } from "./ramp-up.js";
import { pullHistory, pullUnread, type ServerSession } from "./session-pulls.js";
import type { VirtualDevice } from "./virtual-device.js";

export interface SessionCheckOptions {
  readonly messenger: Messenger;
  readonly sessions: DeviceSessions;
  readonly metrics: LoadMetrics;
  readonly now: () => number;
  readonly devicesPerUser: number;
  /** Users that are looked at at the same time. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/** Pulls unread counts and history and has them judged: at the beginning, on a return, and in the end. */
export class SessionChecks {
  constructor(private readonly run: SessionCheckOptions) {}

  /** Before anybody has written: what runs before this one left unread. */
  async begin(): Promise<void> {
    await this.#eachChecked(async (user) => {
      const device = this.#onlineDeviceOf(user);
      if (device !== undefined) await this.#judgeUnread(device);
    });
  }

  /** What a device does that comes back, unless it leaves again: unread counts, history of what it missed, and everything is read. */
  async catchUp(device: VirtualDevice, intendedMs: number): Promise<void> {
    const { messenger, sessions, metrics, now } = this.run;
    const user = messenger.userOfDevice(device.index);
    const unread = await this.#judgeUnread(device);
    for (const { session_id: id, session_type, unread_cnt, latest_msg_id } of unread) {
      const target = messenger.targetOfSession(id, session_type);
      if (target === undefined) continue;
      const session = { id, isGroup: messenger.isGroup(target) };
      await this.#pullHistory(device, session, (soFar) => soFar.length >= unread_cnt);
      if (!sessions.isOnline(device.index)) return;
      messenger.readAck(device.index, target, latest_msg_id);
    }
    metrics.caughtUp(user, now() - intendedMs);
  }

  /** The run is over and nothing is on its way: compares what servers keep with what was acknowledged. */
  async end(deadlineMs: number): Promise<void> {
    const { messenger, now } = this.run;
    const { history } = messenger.audit;
    const ofUser = new Map<number, number[]>();
    for (const session of history.sessions) {
      const puller = history.sidesOf(session).users.find((user) => messenger.audit.isChecked(user));
      if (puller !== undefined) ofUser.set(puller, [...(ofUser.get(puller) ?? []), session]);
    }
    await this.#eachChecked(async (user) => {
      if (now() >= deadlineMs) return;
      const device = this.#onlineDeviceOf(user) ?? (await this.#bringOnline(user));
      if (device === undefined) return;
      for (const each of this.#onlineDevicesOf(user)) await this.#judgeUnread(each);
      for (const session of ofUser.get(user) ?? []) {
        if (now() >= deadlineMs) return;
        await this.#judgeHistory(device, user, session);
      }
    });
  }

  async #judgeUnread(device: VirtualDevice) {
    const { messenger, metrics, now } = this.run;
    const user = messenger.userOfDevice(device.index);
    const question = messenger.audit.askUnread(user, now());
    const unread = await pullUnread(device);
    metrics.pullDone(user, "unread", now() - question.askedMs);
    const counts = new Map<number, number>();
    for (const { session_id, session_type, unread_cnt } of unread) {
      const target = messenger.targetOfSession(session_id, session_type);
      if (target !== undefined) counts.set(target, unread_cnt);
    }
    messenger.audit.judgeUnread(question, device.index, counts, now());
    return unread;
  }

  async #judgeHistory(device: VirtualDevice, user: number, session: number): Promise<void> {
    const { messenger } = this.run;
    const { history } = messenger.audit;
    const target = history.sidesOf(session).targetOf(user);
    const leastId = history.leastIdOf(session);
    const serverSession = { id: messenger.userIdOf(target), isGroup: messenger.isGroup(target) };
    const pulled = await this.#pullHistory(device, serverSession, (soFar) =>
      soFar.some(({ msg_id }) => msg_id <= leastId),
    );
    const entries = pulled.map(
      ({ msg_id, msg_type, msg_data }): HistoryEntry => ({
        msgId: msg_id,
        serial: messenger.serialIn(contentIn(msg_type, msg_data), user, target),
      }),
    );
    messenger.audit.judgeHistory(session, device.index, target, entries);
  }

  #pullHistory(device: VirtualDevice, session: ServerSession, enough: (soFar: readonly MsgInfo[]) => boolean) {
    const user = this.run.messenger.userOfDevice(device.index);
    return pullHistory(device, session, enough, (ms) => this.run.metrics.pullDone(user, "history", ms));
  }

  /** Undefined when its devices are on their way there or back. */
  async #bringOnline(user: number): Promise<VirtualDevice | undefined> {
    const { sessions, signal } = this.run;
    const device = this.#devicesOf(user).find(({ index }) => sessions.isAway(index));
    if (device === undefined) return undefined;
    await sessions.start(device.index, signal);
    return device;
  }

  #onlineDeviceOf(user: number): VirtualDevice | undefined {
    return this.#onlineDevicesOf(user)[0];
  }

  #onlineDevicesOf(user: number): VirtualDevice[] {
    return this.#devicesOf(user).filter(({ index }) => this.run.sessions.isOnline(index));
  }

  #devicesOf(user: number): VirtualDevice[] {
    const { sessions, devicesPerUser } = this.run;
    return sessions.devices.slice(user * devicesPerUser, (user + 1) * devicesPerUser);
  }

  /** What cannot be pulled is an error of its kind; its sessions are not judged. */
  async #eachChecked(look: (user: number) => Promise<void>): Promise<void> {
    const { messenger, metrics, atOnce, signal } = this.run;
    if (!messenger.audit.isOn) return;
    const users = Array.from({ length: messenger.users }, (_, user) => user).filter((user) =>
      messenger.audit.isChecked(user),
    );
    await rampUp(users.length, atOnce, signal, async (place) => {
      const user = users[place] as number;
      await look(user).catch(() => metrics.error(user, "pull_failed"));
    });
  }
}
