import type { FaultPdu } from "../oracle/delivery-fault.js";
import type { DeliveryOracle, TakenMessage } from "../oracle/delivery-oracle.js";
import { LOST_AFTER_MS } from "../oracle/lost-messages.js";
import { HistoryAudit, type HistoryEntry } from "./history-audit.js";
import { type AwaitedRead, ReadWatch } from "./read-watch.js";
import { type StoredMessage, UnreadAudit, type UnreadQuestion } from "./unread-audit.js";

/** What a server answered when it was asked once more for a message that was missing. */
export interface AskedAgain {
  readonly pdus: readonly FaultPdu[];
  readonly isThere: boolean;
}

export interface SessionAuditOptions {
  readonly users: number;
  readonly devicesPerUser: number;
  /** Users whose unread counts and history are compared, from 0 to 1. */
  readonly checkedShare: number;
  readonly readWithinMs: number;
  readonly membersOf: (target: number) => readonly number[] | undefined;
  /** The 0x0303 that a device sent. */
  readonly readAckPdu: (read: AwaitedRead) => Buffer;
  /** Whether a user acts here; other processes may have the rest. */
  readonly isOwn: (user: number) => boolean;
}

/** What servers keep about sessions, compared with what the run did: history, unread counts, and what was read where. */
export class SessionAudit {
  readonly history: HistoryAudit;
  readonly #unread: UnreadAudit;
  readonly #reads = new ReadWatch();
  /** Serials of messages that must be counted though their acks never came. */
  readonly #counted = new Set<number>();

  constructor(
    private readonly options: SessionAuditOptions,
    private readonly oracle: DeliveryOracle,
  ) {
    const { users, membersOf, readWithinMs, isOwn } = options;
    const isChecked = (user: number) => this.isChecked(user);
    this.history = new HistoryAudit(users, isChecked, membersOf, isOwn);
    this.#unread = new UnreadAudit((user) => isOwn(user) && isChecked(user), membersOf, readWithinMs);
  }

  get isOn(): boolean {
    return this.options.checkedShare > 0;
  }

  /** Spread evenly over the users. */
  isChecked(user: number): boolean {
    const { checkedShare } = this.options;
    return Math.floor((user + 1) * checkedShare) > Math.floor(user * checkedShare);
  }

  sent(sender: number, target: number): void {
    if (this.isOn) this.history.sent(sender, target);
  }

  acked(sender: number, target: number, serial: number, msgId: number, sentMs: number, nowMs: number): void {
    if (!this.isOn) return;
    this.history.acked(sender, target, serial, msgId);
    // What must be counted already need not be once more.
    this.#unread.acked(sender, target, this.#counted.has(serial) ? Number.NEGATIVE_INFINITY : sentMs, nowMs);
  }

  /** Without `isCutOff` the ack is overdue and may still come. */
  doubted(sender: number, target: number, serial: number, isCutOff: boolean, nowMs: number): void {
    if (!this.isOn) return;
    this.history.doubted(sender, target, serial);
    if (isCutOff) this.#unread.doubted(sender, target, nowMs);
    else this.#unread.overdue(sender, target, nowMs);
  }

  /** Messages without an ack that somebody has got; those that unread counts are compared with. */
  taken(): TakenMessage[] {
    const taken: TakenMessage[] = [];
    this.oracle.eachTakenUnacked((message) => {
      if (this.#unread.concerns(message.sender, message.target)) taken.push(message);
    });
    return taken;
  }

  /** Of `taken`: it is in history too, for so long that the server has counted it. */
  stored({ sender, target, serial, sentMs }: TakenMessage): void {
    this.#counted.add(serial);
    this.#unread.counted(sender, target, sentMs);
  }

  read(device: number, target: number, msgId: number, seqNum: number, nowMs: number): void {
    const { devicesPerUser } = this.options;
    const user = Math.floor(device / devicesPerUser);
    for (let other = user * devicesPerUser; other < (user + 1) * devicesPerUser; other++) {
      if (other === device || !this.oracle.isOnline(other)) continue;
      this.oracle.counts.readsExpected++;
      this.#reads.sent({ device: other, fromDevice: device, target, msgId, seqNum, sentMs: nowMs });
    }
    if (this.isOn) this.#unread.read(device, user, target, nowMs, msgId);
  }

  /** A message of somebody who acts elsewhere has come. */
  heard(user: number, sender: number, target: number): void {
    if (this.isOn && !this.options.isOwn(sender)) this.#unread.heard(user, this.#sessionOf(sender, target));
  }

  /** A user's sessions whose counts do not follow from acks of this process alone. */
  sessionsWithOthers(user: number, also: Iterable<number>): number[] {
    const { membersOf, isOwn } = this.options;
    const targets = new Set([...this.#unread.targetsOf(user), ...also]);
    return [...targets].filter((target) => !(membersOf(target) ?? [target]).every(isOwn));
  }

  /** Down to which msg_id `learnStored` wants a session's history. */
  knownIdOf(user: number, target: number): number {
    return this.#unread.knownIdOf(user, target);
  }

  /** Takes from a session's history what others have sent; before `judgeUnread`. */
  learnStored(question: UnreadQuestion, target: number, entries: readonly HistoryEntry[]): void {
    const messages = entries.flatMap(({ msgId, message }): StoredMessage[] =>
      message === undefined || this.options.isOwn(message.sender) ? [] : [{ msgId, sentMs: message.sentMs }],
    );
    this.#unread.stored(question, target, messages);
  }

  readTold(device: number, target: number, msgId: number): void {
    if (this.#reads.told(device, target, msgId)) this.oracle.counts.readsTold++;
  }

  offline(device: number, nowMs: number): void {
    for (const read of this.#reads.offline(device)) {
      // Nothing can be said of what was on its way.
      if (nowMs - read.sentMs >= LOST_AFTER_MS) this.#wasNotTold(read);
      else this.oracle.counts.readsExpected--;
    }
    if (this.isOn) this.#unread.offline(device, nowMs);
  }

  get isQuiet(): boolean {
    return this.#reads.isQuiet;
  }

  askUnread(user: number, nowMs: number): UnreadQuestion {
    return this.#unread.ask(user, nowMs);
  }

  /** `counts` as the server told a device: by target, without those of 0. */
  judgeUnread(
    question: UnreadQuestion,
    device: number,
    counts: ReadonlyMap<number, number>,
    pdus: readonly FaultPdu[],
    nowMs: number,
  ): void {
    const { user } = question;
    if (!this.isChecked(user)) return;
    const unacked = new Map<number, number>();
    const writing = new Set<number>();
    this.oracle.eachUnacked(user, (sender, target) => {
      const session = this.#sessionOf(sender, target);
      if (sender === user) writing.add(target);
      else unacked.set(session, (unacked.get(session) ?? 0) + 1);
    });
    const { checked, faults } = this.#unread.judge(question, counts, unacked, writing, nowMs);
    this.oracle.counts.unreadChecked += checked;
    this.oracle.counts.unreadWrong += faults.length;
    for (const { target, atLeast, atMost, count } of faults) {
      const wanted = atLeast === atMost ? `${atLeast}` : `${atLeast} to ${atMost}`;
      const detail = `the server says ${count} unread, it must be ${wanted}`;
      const sender = { serial: 0, senderDevice: device, target, device, msgId: 0, sentMs: nowMs };
      this.oracle.found({ kind: "unread-wrong", ...sender, pdus, detail });
    }
  }

  /**
   * `entries`: what a device found when it pulled the session's history down to `history.leastIdOf`.
   * @returns the msg_ids that are missing, 0 for one that cannot be said; for `notInHistory`
   */
  judgeHistory(session: number, entries: readonly HistoryEntry[]): number[] {
    const { expected, missing, missingIds } = this.history.judge(session, entries);
    this.oracle.counts.historyChecked += expected;
    this.oracle.counts.notInHistory += missing;
    return Array.from({ length: missing }, (_, index) => missingIds[index] ?? 0);
  }

  /** Shows a missing message. `again`: what the server answered when it was asked for it alone. */
  notInHistory(device: number, target: number, msgId: number, again: AskedAgain | undefined): void {
    const message = { serial: 0, senderDevice: device, target, device, msgId, sentMs: undefined };
    const how = again === undefined ? "without PDUs: it was not asked for alone" : "asked for alone, ";
    const found = again === undefined ? "" : again.isThere ? "it is there" : "it is not there either";
    const detail = `acknowledged, but not in history; ${how}${found}`;
    this.oracle.found({ kind: "not-in-history", ...message, pdus: again?.pdus ?? [], detail });
  }

  /** A one-to-one session is the peer, as the one who reads it sees it. */
  #sessionOf(sender: number, target: number): number {
    return this.options.membersOf(target) === undefined ? sender : target;
  }

  /** The run is over: who has not been told of a read ack by now never was. */
  finish(): void {
    for (const read of this.#reads.takeLeft()) this.#wasNotTold(read);
  }

  #wasNotTold(read: AwaitedRead): void {
    const { device, fromDevice, target, msgId, sentMs } = read;
    this.oracle.counts.diverged++;
    const message = { serial: 0, senderDevice: fromDevice, target, device, msgId, sentMs };
    const pdus = [{ what: "sent" as const, device: fromDevice, bytes: this.options.readAckPdu(read) }];
    const detail = "read on one device, and the other was not told";
    this.oracle.found({ kind: "diverged", ...message, pdus, detail });
  }
}
