import type { ExtraPull } from "../../scenarios/load/extra-pulls.js";
import type { Crowd, LoadScenario } from "../../scenarios/load/load-scenario.js";
import type { Random } from "../../scenarios/load/random.js";
import type { GroupRoom } from "./audience.js";
import { DeliveryOracle } from "./delivery-oracle.js";
import type { LoadMetrics } from "./load-metrics.js";
import type { LoadPlan } from "./load-plan.js";
import { contentTemplate, contentWith, textIn } from "./message-token.js";
import { PendingAcks } from "./pending-acks.js";
import type { MessageDesk } from "./script/message-desk.js";
import { SendWindow } from "./send-window.js";
import type { VirtualDevice } from "./virtual-device.js";

/** Who comes and goes; the run's business. */
export interface Sessions {
  isOnline(device: number): boolean;
  isAway(device: number): boolean;
  comeOnline(device: number, intendedMs: number): void;
  logOut(device: number): void;
  cut(device: number): void;
  pull(device: number, name: ExtraPull, peerId: number, intendedMs: number): boolean;
}

const RUN_NUMBERS = 2 ** 30;
const UNKNOWN_SESSION = 0;

/**
 * The run as its behaviour sees it: sends messages that are accounted for and takes what arrives. This is the hot path:
 * no promise, closure or object for a message.
 */
export class Messenger implements Crowd {
  readonly users: number;
  readonly devicesPerUser: number;
  readonly oracle: DeliveryOracle;
  /** When the act that is being done was meant to happen. */
  intendedMs = 0;
  /** What a behaviour draws from; a workload may put one of its own here. */
  random: Random;

  readonly #scenario: LoadScenario;
  readonly #accounts: LoadPlan["accounts"];
  readonly #acks: PendingAcks;
  readonly #window: SendWindow | undefined;
  readonly #content: Buffer;
  readonly #run: number;
  readonly #groups: (readonly number[])[];
  readonly #groupsOf: number[][];
  /** The server's ids of our users, then of our groups; and of users back. */
  readonly #sessionIds: Float64Array;
  readonly #userOfId = new Map<number, number>();

  constructor(
    plan: LoadPlan,
    random: Random,
    private readonly devices: readonly VirtualDevice[],
    private readonly metrics: LoadMetrics,
    private readonly sessions: Sessions,
    private readonly clock: () => number,
    /** Of a scenario file, which may make groups too. */
    private readonly desk?: MessageDesk,
    groupRoom: GroupRoom = { groupsMax: 0, membersMax: 0 },
  ) {
    this.random = random;
    this.users = plan.accounts.length;
    this.devicesPerUser = plan.devicesPerUser;
    this.#scenario = plan.scenario;
    this.#accounts = plan.accounts;
    const run = random.below(RUN_NUMBERS);
    this.oracle = new DeliveryOracle({
      users: this.users,
      devicesPerUser: this.devicesPerUser,
      groups: plan.groups,
      run,
      ackTimeoutMs: plan.ackTimeoutMs,
      segment: plan.segment,
      startsOnline: plan.scenario.startsOnline,
      ...(desk === undefined ? {} : { groupRoom, settled: (serial) => desk.settled(serial) }),
    });
    this.#run = run;
    this.#acks = new PendingAcks(devices.length);
    const limit = plan.messagesPerSecondMax;
    this.#window = limit === undefined ? undefined : new SendWindow(devices.length, limit);
    this.#content = contentTemplate(plan.messageSizeBytes, run);
    this.#groups = [...plan.groups];
    this.#groupsOf = Array.from({ length: this.users }, () => []);
    for (const [group, members] of plan.groups.entries()) {
      for (const user of members) this.#groupsOf[user]?.push(this.users + group);
    }
    this.#sessionIds = new Float64Array(this.users + plan.groups.length + groupRoom.groupsMax).fill(UNKNOWN_SESSION);
  }

  groupsOf(user: number): readonly number[] {
    return this.#groupsOf[user] ?? [];
  }

  isGroup(target: number): boolean {
    return target >= this.users;
  }

  /** The server's ids of a group's members. */
  memberIds(group: number): number[] {
    return (this.#groups[group] ?? []).map((user) => this.userIdOf(user));
  }

  /** 0 = not known yet. */
  userIdOf(user: number): number {
    return this.#sessionIds[user] ?? UNKNOWN_SESSION;
  }

  /** The server has made a group while the run goes on. @returns it as a target. @throws RangeError */
  addGroup(members: readonly number[], groupId: number): number {
    const target = this.oracle.addGroup(members);
    this.#groups.push(members);
    for (const user of members) this.#groupsOf[user]?.push(target);
    this.#sessionIds[target] = groupId;
    return target;
  }

  /** What the server calls a user that has not logged in yet; a login knows better. */
  learnUserId(user: number, userId: number): void {
    if (this.#sessionIds[user] !== UNKNOWN_SESSION || userId === UNKNOWN_SESSION) return;
    this.#sessionIds[user] = userId;
    this.#userOfId.set(userId, user);
  }

  /** The name of a user's account. */
  nameOf(user: number): string {
    return this.#accounts[user]?.name ?? "";
  }

  /** The server has made a group of the run. */
  groupMade(group: number, groupId: number): void {
    this.#sessionIds[this.users + group] = groupId;
  }

  /** A device is logged in. Returns the number of another user of the run with the same id, which must not be. */
  online(device: VirtualDevice): number | undefined {
    const user = this.#userOf(device.index);
    const known = this.#userOfId.get(device.userId);
    if (known !== undefined && known !== user) return known;
    this.#sessionIds[user] = device.userId;
    this.#userOfId.set(device.userId, user);
    this.oracle.online(device.index, this.clock());
    return undefined;
  }

  offline(device: VirtualDevice): void {
    this.oracle.offline(device.index);
    this.#acks.forget(device.index);
    this.desk?.offline(device.index);
  }

  canSend(device: number, target: number): boolean {
    if (this.#sessionIds[target] === UNKNOWN_SESSION || !this.isOnline(device)) return false;
    if (this.oracle.isFull || !this.#acks.hasRoom(device) || this.oracle.isAwaitingAck(device, target)) return false;
    return this.#window?.hasRoom(device, this.clock()) ?? true;
  }

  sendText(device: number, target: number): void {
    this.#send(device, target, this.#content);
  }

  /** The same with a text of one's own behind the token. @returns the message's serial */
  sendOwnText(device: number, target: number, text: string | undefined): number {
    const content = text === undefined ? this.#content : contentWith(text, this.#run);
    this.#send(device, target, content);
    return this.oracle.lastSerial;
  }

  #send(device: number, target: number, content: Buffer): void {
    const sender = this.devices[device] as VirtualDevice;
    const row = this.oracle.begin(device, target, this.intendedMs, this.clock(), content);
    const seqNum = sender.sendText(this.#sessionIds[target] as number, this.isGroup(target), content);
    this.#acks.add(device, seqNum, row, this.oracle.serialOf(row));
    this.#window?.sent(device);
    this.metrics.messageSent(this.#userOf(device));
  }

  readAck(device: number, session: number, msgId: number): void {
    this.devices[device]?.sendSessionReadAck(this.#sessionIds[session] as number, this.isGroup(session), msgId);
  }

  isOnline(device: number): boolean {
    return this.sessions.isOnline(device);
  }

  isAway(device: number): boolean {
    return this.sessions.isAway(device);
  }

  comeOnline(device: number): void {
    this.sessions.comeOnline(device, this.intendedMs);
  }

  logOut(device: number): void {
    this.sessions.logOut(device);
  }

  cut(device: number): void {
    this.sessions.cut(device);
  }

  pull(device: number, name: ExtraPull, peerUser: number): boolean {
    return this.sessions.pull(device, name, this.userIdOf(peerUser), this.intendedMs);
  }

  /** An ack has come. */
  acked(device: VirtualDevice, seqNum: number, msgId: number): void {
    const row = this.#acks.take(device.index, seqNum);
    if (row === undefined) return this.metrics.error(this.#userOf(device.index), "unexpected_ack");
    const { takenSerial, takenLate } = this.#acks;
    const nowMs = this.clock();
    if (!takenLate) this.#window?.settled(device.index, nowMs);
    this.desk?.acked(takenSerial, msgId);
    if (!this.oracle.acked(row, takenSerial, msgId)) return;
    const { lastIntendedMs, lastSentMs } = this.oracle;
    this.metrics.ackDone(this.#userOf(device.index), nowMs - lastIntendedMs, nowMs - lastSentMs);
  }

  /** A message has come; `content` is valid during the call. */
  arrived(device: VirtualDevice, fromUserId: number, msgId: number, content: Buffer): void {
    const fromUser = this.#userOfId.get(fromUserId);
    if (!this.oracle.received(device.index, fromUser, msgId, content)) return;
    const nowMs = this.clock();
    const { lastTarget: target, lastIntendedMs, lastSentMs } = this.oracle;
    // An intact message has a sender of the run.
    const sender = fromUser as number;
    this.metrics.deliveryDone(sender, this.isGroup(target), nowMs - lastIntendedMs, nowMs - lastSentMs);
    this.#scenario.onMessage(this, device.index, sender, msgId, target);
    this.desk?.arrived(device.index, {
      fromUser: sender,
      fromName: this.nameOf(sender),
      msgId,
      session: this.isGroup(target) ? target : sender,
      isGroup: this.isGroup(target),
      text: textIn(content),
    });
  }

  /** Gives up waiting for acks that are due for too long. */
  expireAcks(nowMs: number): void {
    this.oracle.expireAcks(nowMs, this.#expired);
  }

  readonly #expired = (device: number, serial: number): void => {
    this.metrics.error(this.#userOf(device), "ack_timeout");
    this.#acks.giveUp(device, serial);
    this.#window?.settled(device, this.clock());
    this.desk?.notAcked(serial, "no ack in time");
  };

  #userOf(device: number): number {
    return Math.floor(device / this.devicesPerUser);
  }
}
