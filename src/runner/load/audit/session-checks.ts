import type { MsgInfo, UnreadInfo } from "../../../codec/generated/messages.js";
import type { DeviceSessions } from "../devices/device-sessions.js";
import type { Messenger } from "../devices/messenger.js";
import { pullHistory, pullMessage, pullUnread, type ServerSession } from "../devices/session-pulls.js";
import type { VirtualDevice } from "../devices/virtual-device.js";
import type { LoadMetrics } from "../metrics/load-metrics.js";
import type { FaultPdu } from "../oracle/delivery-fault.js";
import type { TakenMessage } from "../oracle/delivery-oracle.js";
import { contentIn } from "../oracle/message-form.js";
import { rampUp } from "../ramp-up.js";
import type { HistoryEntry } from "./history-audit.js";
import { HistoryPageError } from "./history-page-error.js";
import type { AskedAgain } from "./session-audit.js";
import type { UnreadQuestion } from "./unread-audit.js";

export interface SessionCheckOptions {
  readonly messenger: Messenger;
  readonly sessions: DeviceSessions;
  readonly metrics: LoadMetrics;
  readonly now: () => number;
  readonly until: (done: () => boolean) => Promise<void>;
  readonly devicesPerUser: number;
  /** Users that are looked at at the same time. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/** How long unread counts and history are looked through in the end. */
const CHECK_MAX_MS = 60_000;
/** What a server has not counted by then it has not counted at all: behaviour.md says so of what has no time of its own. */
const COUNTED_WITHIN_MS = 5000;

/** What a server has answered about a user's unread messages, in sessions of the run. */
interface AskedUnread {
  readonly question: UnreadQuestion;
  readonly device: VirtualDevice;
  readonly sessions: readonly { readonly target: number; readonly unread: UnreadInfo }[];
  readonly counts: ReadonlyMap<number, number>;
  /** The question and the answer. */
  readonly pdus: readonly FaultPdu[];
}

/** Pulls unread counts and history and has them judged: at the beginning, on a return, and in the end. */
export class SessionChecks {
  /** Devices that came back and have not caught up yet. */
  catchingUp = 0;

  constructor(private readonly run: SessionCheckOptions) {}

  /** Before anybody has written: what runs before this one left unread. */
  async begin(): Promise<void> {
    await this.#eachChecked(async (user) => {
      const device = this.#onlineDeviceOf(user);
      if (device !== undefined) await this.#judgeUnread(device);
    });
  }

  /** `intendedMs`: when the device was meant to come back. */
  startCatchUp(index: number, intendedMs: number): void {
    const { sessions } = this.run;
    this.catchingUp++;
    this.#catchUp(sessions.devices[index] as VirtualDevice, intendedMs)
      .catch((error: unknown) => sessions.pullFailed(index, error))
      .finally(() => {
        this.catchingUp--;
      });
  }

  /** What a device does that comes back, unless it leaves again: unread counts, history of what it missed, and everything is read. */
  async #catchUp(device: VirtualDevice, intendedMs: number): Promise<void> {
    const { messenger, sessions, metrics, now } = this.run;
    const user = messenger.userOfDevice(device.index);
    const asked = await this.#askUnread(device);
    const isParted = this.#isParted(user);
    if (!isParted) this.#judge(asked);
    for (const { target, unread } of asked.sessions) {
      const entries = await this.#pullSession(device, target, (soFar) => soFar.length >= unread.unread_cnt, isParted);
      if (!sessions.isOnline(device.index)) return;
      if (isParted) messenger.audit.learnStored(asked.question, target, entries);
    }
    if (isParted) this.#judge(asked);
    for (const { target, unread } of asked.sessions) messenger.readAck(device.index, target, unread.latest_msg_id);
    metrics.caughtUp(user, now() - intendedMs);
  }

  /** The run is over and nothing is on its way: compares what servers keep with what was acknowledged. */
  async end(steadyEndMs: number): Promise<void> {
    const { messenger, now, until, signal } = this.run;
    const { history } = messenger.audit;
    const ofUser = new Map<number, number[]>();
    for (const session of history.sessions) {
      const own = history.sidesOf(session).users.filter((user) => messenger.isOwn(user));
      const puller = own.find((user) => messenger.audit.isChecked(user)) ?? own[0];
      if (puller !== undefined) ofUser.set(puller, [...(ofUser.get(puller) ?? []), session]);
    }
    // What others have sent is counted by then, and nobody hears when: their acks are not seen here.
    const quietFromMs = messenger.oracle.far === undefined ? 0 : steadyEndMs + COUNTED_WITHIN_MS;
    await until(() => signal.aborted || now() >= quietFromMs);
    await this.#findUnacked();
    const deadlineMs = now() + CHECK_MAX_MS;
    await this.#each([...this.#checkedUsers(), ...ofUser.keys()], async (user) => {
      if (now() >= deadlineMs) return;
      const device = this.#onlineDeviceOf(user) ?? (await this.#bringOnline(user));
      if (device === undefined) return;
      if (messenger.audit.isChecked(user)) {
        for (const each of this.#onlineDevicesOf(user)) await this.#judgeUnread(each);
      }
      for (const session of ofUser.get(user) ?? []) {
        if (now() >= deadlineMs) return;
        await this.#judgeHistory(device, user, session);
      }
    });
  }

  /** Looks in history for what somebody got though its ack never came: what is there by now, unread counts must have soon. */
  async #findUnacked(): Promise<void> {
    const { messenger, now, until, signal } = this.run;
    const { audit } = messenger;
    const ofUser = new Map<number, TakenMessage[]>();
    for (const message of audit.taken()) ofUser.set(message.sender, [...(ofUser.get(message.sender) ?? []), message]);
    const stored = new Set<number>();
    const deadlineMs = now() + CHECK_MAX_MS;
    await this.#each([...ofUser.keys()], async (user) => {
      const device = this.#onlineDeviceOf(user);
      const messages = ofUser.get(user) ?? [];
      for (const target of new Set(messages.map((message) => message.target))) {
        if (device === undefined || now() >= deadlineMs) return;
        const ids = messages.filter((message) => message.target === target).map(({ msgId }) => msgId);
        const leastId = Math.min(...ids);
        const entries = await this.#pullSession(device, target, (soFar) =>
          soFar.some(({ msg_id }) => msg_id <= leastId),
        );
        for (const { message } of entries) if (message !== undefined) stored.add(message.serial);
      }
    });
    if (stored.size === 0) return;
    const countedMs = now() + COUNTED_WITHIN_MS;
    await until(() => signal.aborted || now() >= countedMs);
    if (signal.aborted) return;
    for (const message of audit.taken()) if (stored.has(message.serial)) audit.stored(message);
  }

  async #judgeUnread(device: VirtualDevice): Promise<void> {
    const { messenger } = this.run;
    const { audit } = messenger;
    const user = messenger.userOfDevice(device.index);
    const asked = await this.#askUnread(device);
    if (this.#isParted(user)) {
      for (const target of audit.sessionsWithOthers(user, asked.counts.keys())) {
        audit.learnStored(asked.question, target, await this.#pullSession(device, target, () => true, true));
      }
    }
    this.#judge(asked);
  }

  async #askUnread(device: VirtualDevice): Promise<AskedUnread> {
    const { messenger, metrics, now } = this.run;
    const user = messenger.userOfDevice(device.index);
    const question = messenger.audit.askUnread(user, now());
    const { list, pdus } = await pullUnread(device);
    metrics.pullDone(user, "unread", now() - question.askedMs);
    const sessions = list.flatMap((unread) => {
      const target = messenger.targetOfSession(unread.session_id, unread.session_type);
      return target === undefined ? [] : [{ target, unread }];
    });
    const counts = new Map(sessions.map(({ target, unread }) => [target, unread.unread_cnt]));
    return { question, device, sessions, counts, pdus };
  }

  #judge({ question, device, counts, pdus }: AskedUnread): void {
    const { messenger, now } = this.run;
    messenger.audit.judgeUnread(question, device.index, counts, pdus, now());
  }

  /** Whether the user's counts follow from what other processes do, too, so that only history tells what they must be. */
  #isParted(user: number): boolean {
    const { oracle, audit } = this.run.messenger;
    return oracle.far !== undefined && audit.isOn && audit.isChecked(user);
  }

  async #judgeHistory(device: VirtualDevice, user: number, session: number): Promise<void> {
    const { audit } = this.run.messenger;
    const target = audit.history.sidesOf(session).targetOf(user);
    const leastId = audit.history.leastIdOf(session);
    const enough = (soFar: readonly MsgInfo[]) => soFar.some(({ msg_id }) => msg_id <= leastId);
    const entries = await this.#pullSession(device, target, enough).catch((error: unknown) => {
      if (!(error instanceof HistoryPageError)) throw error;
      return error.pulled.map((each) => this.#entryOf(each, user, target));
    });
    for (const msgId of audit.judgeHistory(session, entries)) {
      audit.notInHistory(device.index, target, msgId, await this.#askAgain(device, target, msgId));
    }
  }

  /**
   * Asks for a message that was missing by its msg_id, for the PDUs that show it: pages are not kept. Nothing where nobody
   * wants to see it, where the msg_id is not known, or when there is no answer.
   */
  async #askAgain(device: VirtualDevice, target: number, msgId: number): Promise<AskedAgain | undefined> {
    const { messenger } = this.run;
    if (msgId === 0 || !messenger.oracle.wantsWitness("not-in-history")) return undefined;
    const session = { id: messenger.userIdOf(target), isGroup: messenger.isGroup(target) };
    const again = await pullMessage(device, session, msgId).catch(() => undefined);
    return again && { pdus: again.pdus, isThere: again.list.some(({ msg_id }) => msg_id === msgId) };
  }

  /** `isToKnown`: also down to what is known of the session already, or what is none of the run. */
  async #pullSession(
    device: VirtualDevice,
    target: number,
    enough: (soFar: readonly MsgInfo[]) => boolean,
    isToKnown = false,
  ): Promise<HistoryEntry[]> {
    const { messenger } = this.run;
    const user = messenger.userOfDevice(device.index);
    const entryOf = (each: MsgInfo) => this.#entryOf(each, user, target);
    const knownId = messenger.audit.knownIdOf(user, target);
    const isKnown = (each: MsgInfo) => each.msg_id <= knownId || entryOf(each).message === undefined;
    const session = { id: messenger.userIdOf(target), isGroup: messenger.isGroup(target) };
    const pulled = await this.#pullHistory(
      device,
      session,
      (soFar) => enough(soFar) && (!isToKnown || soFar.some(isKnown)),
    );
    return pulled.map(entryOf);
  }

  #entryOf({ msg_id, msg_type, msg_data }: MsgInfo, user: number, target: number): HistoryEntry {
    return { msgId: msg_id, message: this.run.messenger.storedIn(contentIn(msg_type, msg_data), user, target) };
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

  #eachChecked(look: (user: number) => Promise<void>): Promise<void> {
    return this.#each(this.#checkedUsers(), look);
  }

  #checkedUsers(): number[] {
    const { messenger } = this.run;
    if (!messenger.audit.isOn) return [];
    return Array.from({ length: messenger.users }, (_, user) => user).filter(
      (user) => messenger.isOwn(user) && messenger.audit.isChecked(user),
    );
  }

  /** What cannot be pulled is an error of its kind; its sessions are not judged. */
  async #each(all: readonly number[], look: (user: number) => Promise<void>): Promise<void> {
    const { metrics, atOnce, signal } = this.run;
    const users = [...new Set(all)];
    await rampUp(users.length, atOnce, signal, async (place) => {
      const user = users[place] as number;
      await look(user).catch(() => {
        if (!signal.aborted) metrics.error(user, "pull_failed");
      });
    });
  }
}
