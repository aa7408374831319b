import { CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../codec/generated/enums.js";
import type { IMMsgDataReadNotify } from "../../../codec/generated/messages.js";
import type { MessageFields } from "../../../codec/message-bytes.js";
import { encodePdu } from "../../../codec/pdu.js";
import type { SizeRange } from "../../../scenarios/load/behaviour.js";
import type { Behaviour, Crowd } from "../../../scenarios/load/crowd.js";
import type { ExtraPull } from "../../../scenarios/load/extra-pulls.js";
import type { LoadScenario } from "../../../scenarios/load/load-scenario.js";
import type { Random } from "../../../scenarios/load/random.js";
import type { StoredToken } from "../audit/history-audit.js";
import type { AwaitedRead } from "../audit/read-watch.js";
import { SessionAudit } from "../audit/session-audit.js";
import { ActRandom } from "../crowd/act-random.js";
import type { LoadPlan } from "../load-plan.js";
import type { LoadMetrics } from "../metrics/load-metrics.js";
import type { GroupRoom } from "../oracle/audience.js";
import { DeliveryOracle } from "../oracle/delivery-oracle.js";
import { asAudio, contentIn, encrypted, isPlain } from "../oracle/message-form.js";
import { contentTemplate, contentWith, copyTemplate, emptyToken, readToken, textIn } from "../oracle/message-token.js";
import { SentForms } from "../oracle/sent-forms.js";
import { runNumberOf } from "../run-number.js";
import type { MessageDesk } from "../script/message-desk.js";
import type { MadeGroup } from "../script/setup-outcome.js";
import { isOwn, type Segment, wholeRun } from "../segment.js";
import { FarEvidence } from "../shard/far-evidence.js";
import { introduction } from "../shard/introduction.js";
import { plannedPresence } from "../shard/planned-presence.js";
import { PendingAcks } from "./pending-acks.js";
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
  isSameClass(device: number, other: number): boolean;
}

/** What of a behaviour's wishes the workload and the run's checks see to. */
export interface CrowdLife {
  elapsedShare(inMs: number): number;
  catchUp(device: number, intendedMs: number): void;
}

const UNKNOWN_SESSION = 0;
/** What a server has not done by then it has not done at all: behaviour.md says so of what has no time of its own. */
const READ_WITHIN_MS = 5000;

/**
 * The run as its behaviour sees it: sends messages that are accounted for and takes what arrives. This is the hot path:
 * no promise, closure or object for a message.
 */
export class Messenger implements Crowd {
  readonly users: number;
  readonly devicesPerUser: number;
  readonly oracle: DeliveryOracle;
  readonly audit: SessionAudit;
  readonly behaviour: Behaviour;
  /** When the act that is being done was meant to happen. */
  intendedMs = 0;
  /** False = whoever gets a message only takes it: what one began now nobody would wait for. */
  isReacting = true;
  /** What a behaviour draws from; a workload may put one of its own here. */
  random: Random;

  readonly #scenario: LoadScenario;
  readonly #accounts: LoadPlan["accounts"];
  readonly #segment: Segment;
  readonly #acks: PendingAcks;
  readonly #window: SendWindow | undefined;
  /** As long as the longest message; shorter ones are its beginning. */
  readonly #content: Buffer;
  readonly #sizes: SizeRange;
  readonly #isEncrypted: boolean;
  readonly #audioShare: number;
  readonly #run: number;
  readonly #groups: (readonly number[])[];
  readonly #groupsOf: number[][];
  /** The server's ids of our users, then of our groups; and of users back. */
  readonly #sessionIds: Uint32Array;
  readonly #userOfId = new Map<number, number>();
  readonly #groupOfId = new Map<number, number>();
  readonly #token = emptyToken();
  readonly #forms: SentForms;
  /** PDUs of what goes between this shard and others. */
  readonly evidence: FarEvidence;
  /** What is drawn when a message comes. */
  readonly #arrivals: ActRandom;
  /** The beginning of the steady phase, on the run's clock: messages are known by when they were meant to go. */
  epochMs = 0;

  constructor(
    plan: LoadPlan,
    /** As runNumberOf wants it. */
    runId: string,
    random: Random,
    private readonly devices: readonly VirtualDevice[],
    private readonly metrics: LoadMetrics,
    private readonly sessions: Sessions,
    private readonly clock: () => number,
    /** Of a scenario file, which may make groups too. */
    private readonly desk?: MessageDesk,
    groupRoom: GroupRoom = { groupsMax: 0, membersMax: 0 },
    private readonly life: CrowdLife = { elapsedShare: () => 0, catchUp: () => {} },
  ) {
    this.random = random;
    this.#arrivals = new ActRandom(plan.seed);
    this.users = plan.accounts.length;
    this.devicesPerUser = plan.devicesPerUser;
    this.#scenario = plan.scenario;
    this.#accounts = plan.accounts;
    this.#segment = plan.segment ?? wholeRun;
    const run = runNumberOf(plan.seed, runId);
    this.#forms = new SentForms(plan.isEncrypted);
    this.evidence = new FarEvidence(this.#forms, plan.isEncrypted);
    this.oracle = new DeliveryOracle({
      users: this.users,
      devicesPerUser: this.devicesPerUser,
      groups: plan.groups,
      sessionIdOf: (target) => this.#sessionIds[target] ?? UNKNOWN_SESSION,
      run,
      ackTimeoutMs: plan.ackTimeoutMs,
      forms: this.#forms,
      evidence: this.evidence,
      doubted: (device, target, serial, isCutOff) =>
        this.audit.doubted(this.userOfDevice(device), target, serial, isCutOff, this.clock()),
      segment: plan.segment,
      planned: plannedPresence(plan),
      ...(desk === undefined ? {} : { groupRoom, settled: (serial) => desk.settled(serial) }),
    });
    this.#run = run;
    this.#acks = new PendingAcks(devices.length);
    const limit = plan.messagesPerSecondMax;
    this.#window = limit === undefined ? undefined : new SendWindow(devices.length, limit);
    this.behaviour = plan.behaviour;
    this.#sizes = plan.messageSize;
    this.#isEncrypted = plan.isEncrypted;
    this.#audioShare = plan.audioShare;
    this.#content = contentTemplate(plan.messageSize.toBytes, run);
    this.#groups = [...plan.groups];
    this.audit = new SessionAudit(
      {
        users: this.users,
        devicesPerUser: this.devicesPerUser,
        checkedShare: plan.finalCheckShare,
        readWithinMs: READ_WITHIN_MS,
        membersOf: (target) => this.#groups[target - this.users],
        readAckPdu: (read) => this.#readAckPdu(read),
        isOwn: (user) => this.isOwn(user),
      },
      this.oracle,
    );
    this.#groupsOf = Array.from({ length: this.users }, () => []);
    for (const [group, members] of plan.groups.entries()) {
      for (const user of members) this.#groupsOf[user]?.push(this.users + group);
    }
    this.#sessionIds = new Uint32Array(this.users + plan.groups.length + groupRoom.groupsMax).fill(UNKNOWN_SESSION);
  }

  isOwn(user: number): boolean {
    return isOwn(user, this.#segment);
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
    this.#groupOfId.set(groupId, target);
    return target;
  }

  /** Those that were made so far. */
  addedGroups(): MadeGroup[] {
    return [...this.#groupOfId].map(([groupId, target]) => ({
      groupId,
      members: this.#groups[target - this.users] ?? [],
    }));
  }

  /** Whether everybody who is to get what goes to the target is here, or at least there. */
  reaches(target: number): boolean {
    const { far } = this.oracle;
    if (far === undefined || far.hasBegun) return true;
    const members = this.isGroup(target) ? (this.#groups[target - this.users] ?? []) : [target];
    return members.every((user) => this.isOwn(user));
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
    this.#groupOfId.set(groupId, this.users + group);
  }

  /** A device is logged in. Returns the number of another user of the run with the same id, which must not be. */
  online(device: VirtualDevice): number | undefined {
    const user = this.userOfDevice(device.index);
    const known = this.#userOfId.get(device.userId);
    if (known !== undefined && known !== user) return known;
    this.#sessionIds[user] = device.userId;
    this.#userOfId.set(device.userId, user);
    this.oracle.online(device.index, this.clock());
    return undefined;
  }

  offline(device: VirtualDevice): void {
    this.oracle.offline(device.index, this.clock());
    this.audit.offline(device.index, this.clock());
    this.#acks.forget(device.index);
    this.#window?.forget(device.index);
    this.desk?.offline(device.index);
  }

  canSend(device: number, target: number): boolean {
    if (this.#sessionIds[target] === UNKNOWN_SESSION || !this.isOnline(device)) return false;
    // Kicked, or hung up on: it is online until the connection is gone, and nothing goes over it any more.
    if (this.devices[device]?.isOpen !== true) return false;
    if (this.oracle.isFull || !this.#acks.hasRoom(device) || this.oracle.isAwaitingAck(device, target)) return false;
    if (this.audit.isOn && this.audit.history.isBusy(this.userOfDevice(device), target)) return false;
    return this.#window?.hasRoom(device, this.clock()) ?? true;
  }

  sendText(device: number, target: number): void {
    const { fromBytes, toBytes } = this.#sizes;
    // Each doubling of the size is as likely: people write short messages.
    const size = fromBytes === toBytes ? toBytes : Math.round(fromBytes * (toBytes / fromBytes) ** this.random.next());
    const isAudio = this.#audioShare > 0 && this.random.next() < this.#audioShare;
    const sender = this.devices[device] as VirtualDevice;
    const { link } = sender;
    if (isAudio || this.#isEncrypted || !link?.isOpen) {
      this.#sendContent(device, target, Buffer.from(this.#content.subarray(0, size)), isAudio);
      return;
    }
    // Written where it leaves from.
    const msgType = this.#typeOf(target, false);
    const at = sender.beginMessage(link, this.#sessionIds[target] as number, msgType, size);
    const { outgoing } = link;
    copyTemplate(this.#content, outgoing, at, at + size);
    const row = this.oracle.begin(device, target, this.intendedMs, this.clock(), outgoing, at, at + size);
    sender.endMessage(link);
    this.#sent(device, target, row, sender.lastSeqNum, size, msgType);
  }

  /** The same with a text of one's own behind the token. @returns the message's serial */
  sendOwnText(device: number, target: number, text: string | undefined): number {
    if (text === undefined) {
      this.sendText(device, target);
      return this.oracle.lastSerial;
    }
    const isAudio = this.#audioShare > 0 && this.random.next() < this.#audioShare;
    this.#sendContent(device, target, contentWith(text, this.#run), isAudio, text);
    return this.oracle.lastSerial;
  }

  /** `content`: without token yet. `text`: somebody's own in it. */
  #sendContent(device: number, target: number, content: Buffer, isAudio: boolean, text?: string): void {
    const sender = this.devices[device] as VirtualDevice;
    const row = this.oracle.begin(device, target, this.intendedMs, this.clock(), content);
    const data = isAudio ? asAudio(content) : this.#isEncrypted ? encrypted(content) : content;
    const msgType = this.#typeOf(target, isAudio);
    const seqNum = sender.sendMessage(this.#sessionIds[target] as number, msgType, data);
    this.#sent(device, target, row, seqNum, content.length, msgType, text);
  }

  #sent(
    device: number,
    target: number,
    row: number,
    seqNum: number,
    sizeBytes: number,
    msgType: MsgType,
    text?: string,
  ): void {
    this.audit.sent(this.userOfDevice(device), target);
    const serial = this.oracle.serialOf(row);
    this.#acks.add(device, seqNum, row, serial);
    const { userId } = this.devices[device] as VirtualDevice;
    this.#forms.note(row, serial, seqNum, sizeBytes, msgType, userId, this.#sessionIds[target] as number, text);
    this.#window?.sent(device);
    this.metrics.messageSent(this.userOfDevice(device));
  }

  /** Of a device that is on its way out a server need not take it. */
  readAck(device: number, session: number, msgId: number): void {
    if (!this.isOnline(device)) return;
    const sender = this.devices[device] as VirtualDevice;
    const seqNum = sender.sendSessionReadAck(this.#sessionIds[session] as number, this.isGroup(session), msgId);
    this.audit.read(device, session, msgId, seqNum, this.clock());
  }

  /** Another device of the user has read a session. */
  readTold(device: VirtualDevice, { user_id, session_id, session_type, msg_id }: IMMsgDataReadNotify): void {
    if (user_id !== device.userId) return;
    const target = this.targetOfSession(session_id, session_type);
    if (target !== undefined) this.audit.readTold(device.index, target, msg_id);
  }

  /** What the run calls a session of the server's; undefined when it is none of the run's. */
  targetOfSession(id: number, type: SessionType): number | undefined {
    return (type === SessionType.SESSION_TYPE_GROUP ? this.#groupOfId : this.#userOfId).get(id);
  }

  /** What a message in the history of a user's session says of itself; undefined when it does not belong there, intact. */
  storedIn(content: Buffer, user: number, target: number): StoredToken | undefined {
    const token = this.#token;
    if (readToken(content, this.#run, token) !== "intact") return undefined;
    const sender = this.userOfDevice(token.senderDevice);
    const isOfSession = this.isGroup(target)
      ? token.target === target
      : (sender === user && token.target === target) || (sender === target && token.target === user);
    if (!isOfSession) return undefined;
    const sentMs = (this.oracle.far?.epochMs ?? 0) + (token.intendedUs + token.lateUs) / 1000;
    return { serial: token.serial, sender, sentMs };
  }

  isKnown(user: number): boolean {
    return this.#sessionIds[user] !== UNKNOWN_SESSION;
  }

  isSameClass(device: number, other: number): boolean {
    return this.sessions.isSameClass(device, other);
  }

  elapsedShare(inMs = 0): number {
    return this.life.elapsedShare(inMs);
  }

  catchUp(device: number): void {
    this.life.catchUp(device, this.intendedMs);
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
    if (row === undefined) {
      // Whoever is leaving no longer waits for the acks that are still on their way.
      if (this.isOnline(device.index)) this.metrics.error(this.userOfDevice(device.index), "unexpected_ack");
      return;
    }
    const { takenSerial, takenLate } = this.#acks;
    const nowMs = this.clock();
    if (!takenLate) this.#window?.settled(device.index, nowMs);
    this.desk?.acked(takenSerial, msgId);
    if (!this.oracle.acked(row, takenSerial, msgId)) return;
    const { lastIntendedMs, lastSentMs, lastTarget } = this.oracle;
    this.audit.acked(this.userOfDevice(device.index), lastTarget, takenSerial, msgId, lastSentMs, nowMs);
    this.metrics.ackDone(
      this.userOfDevice(device.index),
      device.options.clientType,
      nowMs - lastIntendedMs,
      nowMs - lastSentMs,
    );
  }

  /** Hot: a message has come, its data in `bytes`, which are valid during the call. */
  arrived(
    device: VirtualDevice,
    { fromUserId, msgId, msgType, dataStart, dataEnd }: MessageFields,
    bytes: Buffer,
  ): void {
    if (isPlain(msgType, bytes, dataStart, dataEnd)) {
      return this.#arrived(device, fromUserId, msgId, bytes, dataStart, dataEnd);
    }
    const content = contentIn(msgType, bytes.subarray(dataStart, dataEnd));
    // Before the start of a sharded run only.
    if (this.oracle.far !== undefined && content.equals(introduction)) return;
    this.#arrived(device, fromUserId, msgId, content, 0, content.length);
  }

  #arrived(
    device: VirtualDevice,
    fromUserId: number,
    msgId: number,
    content: Buffer,
    start: number,
    end: number,
  ): void {
    const fromUser = this.#userOfId.get(fromUserId);
    if (!this.oracle.received(device.index, fromUser, msgId, content, start, end)) return;
    const nowMs = this.clock();
    const { lastTarget: target, lastIntendedMs, lastSentMs } = this.oracle;
    // An intact message has a sender of the run.
    const sender = fromUser as number;
    this.audit.heard(this.userOfDevice(device.index), sender, target);
    this.metrics.deliveryDone(
      sender,
      device.options.clientType,
      this.isGroup(target),
      nowMs - lastIntendedMs,
      nowMs - lastSentMs,
    );
    if (this.isReacting) {
      this.#arrivals.atArrival(device.index, sender, Math.round((lastIntendedMs - this.epochMs) * 1000));
      const acting = this.random;
      this.random = this.#arrivals;
      this.#scenario.onMessage(this, device.index, sender, msgId, target);
      this.random = acting;
    }
    this.desk?.arrived(device.index, {
      fromUser: sender,
      fromName: this.nameOf(sender),
      msgId,
      session: this.isGroup(target) ? target : sender,
      isGroup: this.isGroup(target),
      text: textIn(content, start, end),
    });
  }

  /** Gives up waiting for acks that are due for too long. */
  expireAcks(nowMs: number): void {
    this.oracle.expireAcks(nowMs, this.#expired);
  }

  readonly #expired = (device: number, serial: number): void => {
    this.metrics.error(this.userOfDevice(device), "ack_timeout");
    this.#acks.giveUp(device, serial);
    this.#window?.settled(device, this.clock());
    this.desk?.notAcked(serial, "no ack in time");
  };

  #readAckPdu({ fromDevice, target, msgId, seqNum }: AwaitedRead): Buffer {
    const body = {
      user_id: this.userIdOf(this.userOfDevice(fromDevice)),
      session_id: this.#sessionIds[target] as number,
      msg_id: msgId,
      session_type: this.isGroup(target) ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE,
    };
    return encodePdu(CommandId.CID_MSG_READ_ACK, body, { seqNum });
  }

  #typeOf(target: number, isAudio: boolean): MsgType {
    if (this.isGroup(target)) return isAudio ? MsgType.MSG_TYPE_GROUP_AUDIO : MsgType.MSG_TYPE_GROUP_TEXT;
    return isAudio ? MsgType.MSG_TYPE_SINGLE_AUDIO : MsgType.MSG_TYPE_SINGLE_TEXT;
  }

  userOfDevice(device: number): number {
    return Math.floor(device / this.devicesPerUser);
  }
}
