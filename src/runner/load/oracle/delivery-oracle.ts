import type { AckFields, MessageFields } from "../../../codec/message-bytes.js";
import type { Segment } from "../segment.js";
import { FarDeliveries } from "../shard/far-deliveries.js";
import type { FarEvidence } from "../shard/far-evidence.js";
import type { PlannedPresence } from "../shard/planned.js";
import { Audience, type GroupRoom, NOT_A_RECIPIENT } from "./audience.js";
import { type DeliveryCounts, noCounts } from "./delivery-counts.js";
import type { Fault, FaultWitness } from "./delivery-fault.js";
import { EarlyArrivals } from "./early-arrivals.js";
import { FarMessages } from "./far-messages.js";
import { Arrival, FaultWitnesses, type Fingerprint } from "./fault-witnesses.js";
import { InFlightPdus } from "./in-flight-pdus.js";
import { LikeliestMessage } from "./likeliest-message.js";
import { LOST_AFTER_MS, LostMessages } from "./lost-messages.js";
import { isToGroup } from "./message-form.js";
import { MessageState, MessageTable } from "./message-table.js";
import { emptyToken, type MessageToken, readToken, writeToken } from "./message-token.js";
import { RowsByDevice } from "./rows-by-device.js";
import { SentForms } from "./sent-forms.js";
import { StreamOrder } from "./stream-order.js";
import { StreamTable } from "./stream-table.js";

export interface OracleOptions {
  readonly users: number;
  readonly devicesPerUser: number;
  /** The members of each group, as numbers of users. The group g is the target `users + g`. */
  readonly groups?: readonly (readonly number[])[];
  /** Groups that may be added later. */
  readonly groupRoom?: GroupRoom | undefined;
  /** What the server calls a target; 0 = not known. */
  readonly sessionIdOf?: ((target: number) => number) | undefined;
  /** Called when a message is acknowledged and everybody who must have it has it. */
  readonly settled?: ((serial: number) => void) | undefined;
  /** Called when a message may be stored or not: its ack is overdue, or will never come because the sender was disconnected (`isCutOff`). */
  readonly doubted?: ((senderDevice: number, target: number, serial: number, isCutOff: boolean) => void) | undefined;
  /** Tells this run's messages from others'; below 2³⁰. */
  readonly run: number;
  /** What was sent, for witnesses; without them there is only what came. */
  readonly forms?: SentForms | undefined;
  /** Keeps PDUs of what goes between shards. */
  readonly evidence?: FarEvidence | undefined;
  /** An ack that takes longer no longer holds up the next message to the same user. */
  readonly ackTimeoutMs: number;
  /** Messages in flight at once. Lost ones stay in flight until the end, so that a late arrival is told from a second one. */
  readonly inFlightMax?: number;
  /** Given when other processes have the rest of the users: which are ours, and who of the others is meant to be online. */
  readonly segment?: Segment | undefined;
  readonly planned?: PlannedPresence | undefined;
}

/** A message that was never acknowledged, and came to somebody under this msg_id. */
export interface TakenMessage {
  readonly sender: number;
  readonly target: number;
  readonly serial: number;
  readonly sentMs: number;
  readonly msgId: number;
}

const IN_FLIGHT_MAX = 1 << 20;
const NO_MSG_ID = 0;

/**
 * Accounts for every message of a run. Recipients are known when a message is sent: the devices of its target that are
 * online and the sender's other ones (MSG-03), or those of every member of a group (GRP-06). Every arrival is judged by the token in it.
 *
 * Order is judged within a stream, which is what one device sends to one target. The run has at most one unacknowledged
 * message in each stream, so MSG-09 promises its order; between streams it promises nothing that could be judged here,
 * because two devices' messages are not sent "one after the other's ack".
 */
export class DeliveryOracle {
  readonly counts: DeliveryCounts = noCounts();
  /** Times of the message that `acked` or `received` last answered true for: a second result without an allocation. */
  lastIntendedMs = 0;
  lastSentMs = 0;
  lastTarget = 0;

  /** What goes between this shard and others. */
  readonly far: FarDeliveries | undefined;
  readonly #devicesPerUser: number;
  readonly #audience: Audience;
  readonly #sessionIdOf: (target: number) => number;
  readonly #doubted: OracleOptions["doubted"];
  readonly #settled: ((serial: number) => void) | undefined;
  readonly #run: number;
  readonly #ackTimeoutMs: number;
  readonly #messages: MessageTable;
  readonly #streams: StreamTable;
  readonly #online: Uint8Array;
  /** Messages with a smaller serial were sent while the device was away, or before the run heard of its login. */
  readonly #onlineSince: Float64Array;
  readonly #token: MessageToken = emptyToken();
  readonly #pdus: InFlightPdus;
  #lastSerial = 0;
  #abandonedRows = 0;
  /** The last message when a device went last, and the rows by device if another one had gone since that message. */
  #goneAtSerial = -1;
  #concerned: RowsByDevice | undefined;
  readonly #arrival = new Arrival();
  readonly #witnesses: FaultWitnesses;
  readonly #farMessages: FarMessages | undefined;
  readonly #order: StreamOrder;
  readonly #early: EarlyArrivals;
  readonly #likeliest: LikeliestMessage;
  readonly #lost: LostMessages;

  constructor(options: OracleOptions) {
    const devices = options.users * options.devicesPerUser;
    this.#devicesPerUser = options.devicesPerUser;
    this.#audience = new Audience(options.users, options.devicesPerUser, options.groups ?? [], options.groupRoom);
    this.#sessionIdOf = options.sessionIdOf ?? (() => 0);
    this.#doubted = options.doubted;
    const { segment, planned = () => "online" } = options;
    if (segment !== undefined) {
      this.far = new FarDeliveries(segment, this.#audience, planned, (senderDevice, serial, device) =>
        options.evidence?.suspect(senderDevice, serial, device),
      );
    }
    this.#settled = options.settled;
    this.#run = options.run;
    const forms = options.forms ?? new SentForms(false);
    this.#pdus = new InFlightPdus(forms);
    this.#ackTimeoutMs = options.ackTimeoutMs;
    this.#messages = new MessageTable(options.inFlightMax ?? IN_FLIGHT_MAX, this.#audience.recipientsMax, forms.memory);
    this.#streams = new StreamTable(this.#audience.recipientsMax);
    this.#witnesses = new FaultWitnesses(
      options.run,
      this.#messages,
      this.#audience,
      this.#pdus,
      this.#arrival,
      this.far,
    );
    const { counts } = this;
    if (this.far !== undefined) {
      this.#farMessages = new FarMessages(
        this.far,
        this.#messages,
        this.#audience,
        this.#arrival,
        counts,
        this.#witnesses,
        options.evidence,
      );
    }
    this.#order = new StreamOrder(this.#messages, this.#streams);
    this.#early = new EarlyArrivals(
      this.#messages,
      this.#audience,
      this.#order,
      this.#arrival,
      counts,
      this.#witnesses,
    );
    this.#likeliest = new LikeliestMessage(this.#messages, this.#audience);
    this.#lost = new LostMessages(this.#messages, this.#audience, counts, this.#witnesses);
    this.#online = new Uint8Array(devices);
    this.#onlineSince = new Float64Array(devices).fill(Number.POSITIVE_INFINITY);
  }

  /** A group has been made. @returns it as a target. @throws RangeError */
  addGroup(members: readonly number[]): number {
    return this.#audience.addGroup(members);
  }

  /** Messages whose ack or some of whose deliveries are awaited. */
  get inFlight(): number {
    return this.#messages.live;
  }

  /** The same without those of which nothing need come any more, because their senders were disconnected before the ack. */
  get awaited(): number {
    return this.#messages.live - this.#abandonedRows;
  }

  /** No further message can be accounted for until others have arrived. */
  get isFull(): boolean {
    return this.#messages.isFull;
  }

  /** Whether a message of the device to the user awaits its ack: the next one must wait for it. */
  isAwaitingAck(senderDevice: number, target: number): boolean {
    return this.#streams.isAwaitingAck(senderDevice, target);
  }

  /** The device is logged in: from now on it must get what is sent to its user. */
  online(device: number, nowMs = 0): void {
    this.far?.presence(device, true, nowMs);
    this.#online[device] = 1;
    this.#onlineSince[device] = this.#lastSerial + 1;
  }

  /**
   * The device's connection is gone: nothing more can be said about what was unacknowledged from it, or on its way to it; but
   * what should have come long ago is lost.
   */
  offline(device: number, nowMs = 0): void {
    if (this.#online[device] === 0) return;
    this.#online[device] = 0;
    this.far?.presence(device, false, nowMs);
    // What still comes over a connection that is being closed says nothing.
    this.#onlineSince[device] = Number.POSITIVE_INFINITY;
    const messages = this.#messages;
    if (this.#goneAtSerial !== this.#lastSerial) {
      this.#goneAtSerial = this.#lastSerial;
      for (let row = 0; row < messages.rows; row++) this.#goneFrom(row, device, nowMs);
      return;
    }
    // The devices of a server that dies go before anything else is sent: one look at all messages does for them.
    this.#concerned ??= new RowsByDevice(messages, this.#audience);
    for (const row of this.#concerned.of(device)) this.#goneFrom(row, device, nowMs);
  }

  #goneFrom(row: number, device: number, nowMs: number): void {
    const messages = this.#messages;
    const state = messages.state(row);
    if (state === MessageState.free) return;
    if (messages.senderDevice(row) === device && (state === MessageState.sent || state === MessageState.timedOut)) {
      this.counts.abandoned++;
      this.#abandonedRows++;
      if (state === MessageState.sent) this.#streams.acked(messages.stream(row));
      messages.setState(row, MessageState.abandoned);
      // The server may take it after what is sent over the next connection (MSG-09).
      messages.setUnordered(row);
      this.#farMessages?.gaveUp(row);
      this.#doubt(row);
    }
    this.#excuse(row, device, nowMs);
    this.#releaseWhenDone(row);
  }

  /**
   * Hot: begins a message and writes its token into the content `out[start, end)`; the caller sends it at once.
   * @returns its row, which `acked` wants back
   */
  begin(
    senderDevice: number,
    target: number,
    intendedMs: number,
    sentMs: number,
    out: Buffer,
    start = 0,
    end = out.length,
  ): number {
    const messages = this.#messages;
    if (this.#concerned !== undefined) this.#concerned = undefined;
    const row = messages.take(++this.#lastSerial, senderDevice, target, intendedMs, sentMs);
    this.#pdus.begin(row);
    this.#expectRecipients(row, senderDevice, target);
    messages.setStream(row, this.#streams.add(senderDevice, target));
    this.counts.sent++;
    this.counts.expectedDeliveries += messages.pending(row);

    const token = this.#token;
    token.run = this.#run;
    token.senderDevice = senderDevice;
    token.target = target;
    token.serial = this.#lastSerial;
    token.row = row;
    token.intendedUs = Math.max(0, Math.round((intendedMs - (this.far?.epochMs ?? 0)) * 1000));
    token.lateUs = Math.max(0, Math.round((sentMs - intendedMs) * 1000));
    writeToken(out, token, start, end);
    return row;
  }

  /** Of the message that was begun last. */
  get lastSerial(): number {
    return this.#lastSerial;
  }

  /** Deliveries that have not come of acknowledged messages that were sent after that serial. */
  missingSince(serial: number): number {
    const messages = this.#messages;
    let missing = 0;
    for (let row = 0; row < messages.rows; row++) {
      if (messages.state(row) === MessageState.acked && messages.serial(row) > serial) missing += messages.pending(row);
    }
    return missing;
  }

  /** The serial of a message in flight: a row alone may have passed on to another message. */
  serialOf(row: number): number {
    return this.#messages.serial(row);
  }

  /**
   * Hot: the PDU, `bytes[start, end)`, of what the next call of `received` is about; valid during it. `fields`: what is in
   * it; `isUsual` when `readMessage` could read them.
   */
  messageArriving(bytes: Buffer, start: number, end: number, fields: MessageFields, isUsual: boolean): void {
    this.#arrival.is(bytes, start, end);
    this.#arrival.fields = fields;
    this.#arrival.message = isUsual ? fields : undefined;
  }

  /** Hot: the same for the next call of `acked`, and `readAck`. */
  ackArriving(bytes: Buffer, start: number, end: number, ack: AckFields | undefined): void {
    this.#arrival.is(bytes, start, end);
    this.#arrival.ack = ack;
  }

  /** The server has acknowledged the message. False when it had already, or the message is no longer known. */
  acked(row: number, serial: number, msgId: number): boolean {
    const messages = this.#messages;
    const state = messages.state(row);
    if (messages.serial(row) !== serial || (state !== MessageState.sent && state !== MessageState.timedOut))
      return false;
    this.counts.acked++;
    if (state === MessageState.sent) this.#streams.acked(messages.stream(row));
    messages.setState(row, MessageState.acked);
    messages.setMsgId(row, msgId);
    const { pdu, pduStart, pduEnd, ack } = this.#arrival;
    if (pdu !== undefined) this.#pdus.acked(row, pdu, pduStart, pduEnd, ack);
    // First, because judging what came before the ack forgets the ack's PDU.
    this.#farMessages?.acked(row, msgId);
    this.#early.acked(row, msgId);
    this.lastIntendedMs = messages.intendedMs(row);
    this.lastSentMs = messages.sentMs(row);
    this.lastTarget = messages.target(row);
    this.#releaseWhenDone(row);
    return true;
  }

  /** Hot: a message, the content `bytes[start, end)`, has arrived at a device. True when it was awaited there and is intact: a delivery to time. */
  received(
    device: number,
    fromUser: number | undefined,
    msgId: number,
    bytes: Buffer,
    start = 0,
    end = bytes.length,
  ): boolean {
    const token = this.#token;
    this.#arrival.holds(bytes, start, end);
    const reading = readToken(bytes, this.#run, token, start, end);
    if (reading === "another-run") {
      this.counts.foreign++;
      return false;
    }
    if (reading !== "intact") return this.#receivedDamaged(device, fromUser, msgId, reading === "damaged");
    if (this.#farMessages?.isFar(token.senderDevice))
      return this.#receivedFromFar(this.#farMessages, device, fromUser, msgId, token);
    const recipient = this.#numberOf(device, token.senderDevice, token.target);
    if (recipient === NOT_A_RECIPIENT || token.serial > this.#lastSerial) {
      // Its connection of now is another one than that which it sent over (MSG-03).
      if (device === token.senderDevice && token.serial < (this.#onlineSince[device] as number)) return false;
      return this.#misdelivered(device, msgId, token);
    }
    const messages = this.#messages;
    const { row } = token;
    if (messages.state(row) === MessageState.free || messages.serial(row) !== token.serial) {
      // Everybody had it already. Unless the device was away then, and the server sends what it missed.
      if (token.serial >= (this.#onlineSince[device] as number)) this.#duplicated(device, msgId, token);
      return false;
    }
    if (!messages.isExpected(row, recipient)) return false;
    if (!messages.isPending(row, recipient)) {
      this.#duplicated(device, msgId, token);
      return false;
    }
    return this.#settle(row, recipient, device, fromUser, msgId);
  }

  /** Gives up waiting for acks that are due for too long: the next message of the stream may go. */
  expireAcks(nowMs: number, expired: (senderDevice: number, serial: number) => void): void {
    const messages = this.#messages;
    for (let row = 0; row < messages.rows; row++) {
      if (messages.state(row) !== MessageState.sent) continue;
      if (nowMs - messages.sentMs(row) < this.#ackTimeoutMs) continue;
      this.#giveUpAck(row);
      expired(messages.senderDevice(row), messages.serial(row));
    }
  }

  /** The run has waited long enough: whether what has no ack yet was taken cannot be known, however lately it was sent. */
  giveUpAcks(): void {
    const messages = this.#messages;
    for (let row = 0; row < messages.rows; row++) {
      if (messages.state(row) === MessageState.sent) this.#giveUpAck(row);
    }
  }

  #giveUpAck(row: number): void {
    const messages = this.#messages;
    messages.setState(row, MessageState.timedOut);
    // What follows is no longer sent "after the other's ack" (MSG-09).
    messages.setUnordered(row);
    this.far?.loosened(messages.serial(row));
    this.#streams.acked(messages.stream(row));
    this.#doubt(row);
  }

  isOnline(device: number): boolean {
    return this.#online[device] === 1;
  }

  /** Shows the messages without an ack that a user is to get, and the user's own to groups: the server may have stored them or not. */
  eachUnacked(user: number, visit: (senderUser: number, target: number) => void): void {
    const messages = this.#messages;
    for (let row = 0; row < messages.rows; row++) {
      const state = messages.state(row);
      if (state !== MessageState.sent && state !== MessageState.timedOut) continue;
      const sender = this.#userOf(messages.senderDevice(row));
      const target = messages.target(row);
      if (this.#audience.reaches(user, target)) visit(sender, target);
    }
  }

  /** Shows the messages whose ack is overdue though somebody has them: the server was done with them, and has not died since. */
  eachTakenUnacked(visit: (message: TakenMessage) => void): void {
    const messages = this.#messages;
    for (let row = 0; row < messages.rows; row++) {
      const msgId = messages.earlyMsgId(row);
      if (messages.state(row) !== MessageState.timedOut || msgId === 0) continue;
      const sender = this.#userOf(messages.senderDevice(row));
      const [target, serial, sentMs] = [messages.target(row), messages.serial(row), messages.sentMs(row)];
      visit({ sender, target, serial, sentMs, msgId });
    }
  }

  /** What was found wrong, as much of each kind as is shown. */
  get witnesses(): readonly FaultWitness[] {
    return this.#witnesses.all;
  }

  /** Whether a further fault of that kind would be shown. */
  wantsWitness(kind: Fault): boolean {
    return this.#witnesses.wants(kind);
  }

  /** A fault that others have found. */
  found(fault: Omit<FaultWitness, "token" | "arrived">): void {
    this.#witnesses.add(fault);
  }

  /** The run is over: what is still awaited will not come. */
  finish(): void {
    this.#arrival.isNothing();
    this.giveUpAcks();
    const messages = this.#messages;
    for (let row = 0; row < messages.rows; row++) {
      const state = messages.state(row);
      if (state === MessageState.free) continue;
      const pending = messages.pending(row);
      if (state === MessageState.acked) {
        this.#lost.found(row);
      } else if (state === MessageState.abandoned) {
        this.counts.unjudged += pending;
      } else {
        // Not accepted by the server, as far as it said: nobody has to get it.
        this.counts.unacked++;
        this.counts.expectedDeliveries -= pending;
        this.#witnesses.ofRow("unacked", row, undefined);
      }
      messages.release(row);
      this.#streams.remove(messages.stream(row));
    }
    this.#early.clear();
  }

  #settle(row: number, recipient: number, device: number, fromUser: number | undefined, msgId: number): boolean {
    const messages = this.#messages;
    this.#settleArrived(row, recipient, this.#arrival.message);
    const isIntact = this.#isAsSent(messages.senderDevice(row), messages.target(row), fromUser, msgId);
    if (!isIntact) this.#early.noteWrong(row, recipient);
    if (!isIntact || !this.#early.hasRightId(row, recipient, msgId)) {
      this.counts.corrupted++;
      this.#witnesses.ofRow("corrupted", row, device, msgId);
      this.#releaseWhenDone(row);
      return false;
    }
    this.counts.delivered++;
    if (!this.#order.isKept(row, recipient)) {
      this.counts.reordered++;
      this.#witnesses.ofRow("reordered", row, device);
    }
    this.lastIntendedMs = messages.intendedMs(row);
    this.lastSentMs = messages.sentMs(row);
    this.lastTarget = messages.target(row);
    this.#releaseWhenDone(row);
    return true;
  }

  /** Hot: whether what is around an intact content is right: the sender, the session (MSG-03), and a msg_id at all (MSG-02). */
  #isAsSent(senderDevice: number, target: number, fromUser: number | undefined, msgId: number): boolean {
    if (fromUser !== this.#userOf(senderDevice) || msgId === NO_MSG_ID) return false;
    const { fields } = this.#arrival;
    if (fields === undefined) return true;
    const sessionId = this.#sessionIdOf(target);
    return (
      (sessionId === 0 || fields.toSessionId === sessionId) &&
      isToGroup(fields.msgType) === this.#audience.isGroup(target)
    );
  }

  /** Hot. `message`: what is in the PDU around an intact content, if that is known. */
  #settleArrived(row: number, recipient: number, message: MessageFields | undefined): void {
    this.#messages.settle(row, recipient);
    const { pdu, pduStart, pduEnd } = this.#arrival;
    if (pdu !== undefined) this.#pdus.received(row, recipient, pdu, pduStart, pduEnd, message);
  }

  #receivedFromFar(
    far: FarMessages,
    device: number,
    fromUser: number | undefined,
    msgId: number,
    token: MessageToken,
  ): boolean {
    const isIntact = this.#isAsSent(token.senderDevice, token.target, fromUser, msgId);
    const arrival = far.received(device, isIntact, msgId, token);
    if (arrival === "nobody's") return this.#misdelivered(device, msgId, token);
    if (arrival === "again") this.#duplicated(device, msgId, token);
    if (arrival !== "first" && arrival !== "unplanned") return false;
    this.lastIntendedMs = far.deliveries.epochMs + token.intendedUs / 1000;
    this.lastSentMs = this.lastIntendedMs + token.lateUs / 1000;
    this.lastTarget = token.target;
    return true;
  }

  /** Content that is not as any message was sent: it stands for the one that the device awaits from that sender. */
  #receivedDamaged(device: number, fromUser: number | undefined, msgId: number, tokenReadable: boolean): boolean {
    if (fromUser === undefined && !tokenReadable) {
      this.counts.foreign++;
      return false;
    }
    // A shard counts its serials for itself: what another one's message says of its own tells nothing of ours.
    const sender = fromUser === undefined ? this.#token.senderDevice : fromUser * this.#devicesPerUser;
    if (this.#farMessages?.isFar(sender)) {
      this.#farMessages.damaged(sender, device, msgId);
      return false;
    }
    const row = this.#likeliest.of(device, fromUser, msgId, tokenReadable ? this.#token : undefined);
    if (row === undefined) {
      const unknown = {
        serial: 0,
        senderDevice: (fromUser ?? 0) * this.#devicesPerUser,
        target: this.#userOf(device),
      };
      return this.#misdelivered(device, msgId, unknown);
    }
    const messages = this.#messages;
    const recipient = this.#numberOf(device, messages.senderDevice(row), messages.target(row));
    this.#settleArrived(row, recipient, undefined);
    this.#early.noteWrong(row, recipient);
    this.counts.corrupted++;
    this.#witnesses.ofRow("corrupted", row, device, msgId);
    this.#releaseWhenDone(row);
    return false;
  }

  #misdelivered(device: number, msgId: number, of: Fingerprint): false {
    this.counts.misdelivered++;
    this.#witnesses.of("misdelivered", of, device, msgId, undefined);
    return false;
  }

  #duplicated(device: number, msgId: number, token: MessageToken): void {
    this.counts.duplicated++;
    this.#witnesses.of("duplicated", token, device, msgId, undefined);
  }

  #doubt(row: number): void {
    const messages = this.#messages;
    const isCutOff = messages.state(row) === MessageState.abandoned;
    this.#doubted?.(messages.senderDevice(row), messages.target(row), messages.serial(row), isCutOff);
  }

  #excuse(row: number, device: number, nowMs: number): void {
    const messages = this.#messages;
    const recipient = this.#numberOf(device, messages.senderDevice(row), messages.target(row));
    if (recipient === NOT_A_RECIPIENT) return;
    if (messages.isPending(row, recipient)) {
      if (this.#isOverdue(row, nowMs)) this.#lost.foundBy(row, recipient);
      else this.counts.unjudged++;
      messages.settle(row, recipient);
    }
    // Also no longer expected: when the device comes back it may get the message, or not.
    messages.excuse(row, recipient);
  }

  /** Acknowledged in time, and so long ago that everybody must have it. */
  #isOverdue(row: number, nowMs: number): boolean {
    const messages = this.#messages;
    const isAckedInTime = messages.state(row) === MessageState.acked && !messages.isUnordered(row);
    return isAckedInTime && nowMs - messages.sentMs(row) >= LOST_AFTER_MS;
  }

  #releaseWhenDone(row: number): void {
    const messages = this.#messages;
    if (messages.pending(row) !== 0) return;
    const state = messages.state(row);
    if (state !== MessageState.acked && state !== MessageState.abandoned) return;
    if (state === MessageState.abandoned) this.#abandonedRows--;
    this.#streams.remove(messages.stream(row));
    messages.release(row);
    this.#early.released(row);
    if (state === MessageState.acked) this.#settled?.(messages.serial(row));
  }

  #expectRecipients(row: number, senderDevice: number, target: number): void {
    const size = this.#audience.sizeOf(target);
    for (let recipient = 0; recipient < size; recipient++) {
      const device = this.#audience.deviceAt(recipient, senderDevice, target);
      if (device !== senderDevice && this.#online[device] === 1) this.#messages.expect(row, recipient);
    }
  }

  #numberOf(device: number, senderDevice: number, target: number): number {
    return this.#audience.numberOf(device, senderDevice, target);
  }

  #userOf(device: number): number {
    return Math.floor(device / this.#devicesPerUser);
  }
}
