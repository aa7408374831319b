import type { AckFields, MessageFields } from "../../../codec/message-bytes.js";
import type { FarDeliveries } from "../shard/far-deliveries.js";
import type { Audience } from "./audience.js";
import type { Fault, FaultPdu, FaultWitness } from "./delivery-fault.js";
import type { InFlightPdus } from "./in-flight-pdus.js";
import type { MessageTable } from "./message-table.js";
import { emptyToken, type MessageToken, tokenText } from "./message-token.js";

const WITNESSES_MAX_PER_KIND = 20;
/** Bytes of what came that a witness keeps. */
const WITNESS_CONTENT_MAX = 256;
/** Devices of which a witness shows what they received; a group has many. */
const WITNESS_RECEIVERS_MAX = 8;

/** What a witness says of a message; without row and time its token is not known. */
export type Fingerprint = Pick<MessageToken, "serial" | "senderDevice" | "target"> &
  Partial<Pick<MessageToken, "row" | "intendedUs" | "lateUs">>;

/** What has just come, valid until the call that it is about returns. Hot: filled anew for each PDU. */
export class Arrival {
  pdu: Buffer | undefined;
  pduStart = 0;
  pduEnd = 0;
  /** What is in the PDU of a message. */
  fields: MessageFields | undefined;
  /** The same, where it could be read in place. */
  message: MessageFields | undefined;
  ack: AckFields | undefined;
  content: Buffer | undefined;
  contentStart = 0;
  contentEnd = 0;

  is(bytes: Buffer, start: number, end: number): void {
    this.pdu = bytes;
    this.pduStart = start;
    this.pduEnd = end;
  }

  holds(content: Buffer, start: number, end: number): void {
    this.content = content;
    this.contentStart = start;
    this.contentEnd = end;
  }

  isNothing(): void {
    this.content = undefined;
    this.pdu = undefined;
  }
}

/** What went wrong, with the PDUs that show it: as many of each kind as anybody reads. */
export class FaultWitnesses {
  readonly all: FaultWitness[] = [];
  readonly #found = new Map<Fault, number>();

  constructor(
    private readonly run: number,
    private readonly messages: MessageTable,
    private readonly audience: Audience,
    private readonly pdus: InFlightPdus,
    private readonly arrival: Arrival,
    private readonly far: FarDeliveries | undefined,
  ) {}

  /** Whether a further fault of that kind would be shown. */
  wants(kind: Fault): boolean {
    return (this.#found.get(kind) ?? 0) < WITNESSES_MAX_PER_KIND;
  }

  add(fault: FaultWitness): void {
    if (this.#hasRoomFor(fault.kind)) this.all.push(fault);
  }

  /** Of a message in flight. */
  ofRow(kind: Fault, row: number, device: number | undefined, msgId = this.messages.likelyMsgId(row)): void {
    this.of(kind, this.tokenOf(row), device, msgId, this.messages.sentMs(row));
  }

  of(kind: Fault, message: Fingerprint, device: number | undefined, msgId: number, sentMs: number | undefined): void {
    if (!this.#hasRoomFor(kind)) return;
    const { serial, senderDevice, target, row, intendedUs, lateUs } = message;
    const isKnown = row !== undefined && intendedUs !== undefined && lateUs !== undefined;
    const token = isKnown
      ? tokenText({ run: this.run, senderDevice, target, serial, row, intendedUs, lateUs })
      : undefined;
    const { content, contentStart, contentEnd } = this.arrival;
    const arrived = content?.toString("latin1", contentStart, Math.min(contentEnd, contentStart + WITNESS_CONTENT_MAX));
    const pdus = this.#pdusAbout(kind, message, device);
    this.all.push({ kind, serial, senderDevice, target, device, msgId, sentMs, pdus, token, arrived });
  }

  /** It was no fault after all. */
  takeBack(kind: Fault, serial: number, device: number): void {
    const at = this.all.findIndex(
      (witness) => witness.kind === kind && witness.serial === serial && witness.device === device,
    );
    if (at !== -1) this.all.splice(at, 1);
    this.#found.set(kind, (this.#found.get(kind) ?? 1) - 1);
  }

  /** That of a message in flight as it was written; into a token that is there already, where that matters. */
  tokenOf(row: number, token: MessageToken = emptyToken()): MessageToken {
    const { messages } = this;
    const intendedMs = messages.intendedMs(row);
    token.run = this.run;
    token.serial = messages.serial(row);
    token.senderDevice = messages.senderDevice(row);
    token.target = messages.target(row);
    token.row = row;
    token.intendedUs = Math.max(0, Math.round((intendedMs - (this.far?.epochMs ?? 0)) * 1000));
    token.lateUs = Math.max(0, Math.round((messages.sentMs(row) - intendedMs) * 1000));
    return token;
  }

  /** What the sender sent and got, and what devices received: first what has just come, then what others did. */
  #pdusAbout(kind: Fault, message: Fingerprint, device: number | undefined): FaultPdu[] {
    const { serial, senderDevice, target, row, intendedUs, lateUs } = message;
    const pdus: FaultPdu[] = [];
    const isOurs = row !== undefined && !this.far?.isFar(senderDevice);
    if (isOurs && intendedUs !== undefined && lateUs !== undefined) {
      const sent = this.pdus.sentAs({ run: this.run, senderDevice, target, serial, row, intendedUs, lateUs });
      if (sent !== undefined) pdus.push({ what: "sent", device: senderDevice, bytes: sent });
    }
    const isKept = isOurs && serial > 0 && this.messages.serial(row) === serial;
    const ack = isKept ? this.pdus.ackOf(row) : undefined;
    if (ack !== undefined) pdus.push({ what: "ack", device: senderDevice, bytes: ack });
    const { pdu, pduStart, pduEnd } = this.arrival;
    const hasCome = device !== undefined && pdu !== undefined;
    if (hasCome) pdus.push({ what: "received", device, bytes: Buffer.from(pdu.subarray(pduStart, pduEnd)) });
    // What has come a second time came a first time, too.
    if (isKept) pdus.push(...this.#receivedOf(row, hasCome && kind !== "duplicated" ? device : undefined));
    return pdus;
  }

  #receivedOf(row: number, except: number | undefined): FaultPdu[] {
    const { messages } = this;
    const senderDevice = messages.senderDevice(row);
    const target = messages.target(row);
    const token = this.tokenOf(row);
    const received: FaultPdu[] = [];
    for (let recipient = 0; recipient < this.audience.sizeOf(target); recipient++) {
      if (received.length === WITNESS_RECEIVERS_MAX) break;
      if (!messages.isExpected(row, recipient) || messages.isPending(row, recipient)) continue;
      const device = this.audience.deviceAt(recipient, senderDevice, target);
      if (device === except) continue;
      const bytes = this.pdus.receivedBy(token, recipient);
      if (bytes !== undefined) received.push({ what: "received", device, bytes });
    }
    return received;
  }

  #hasRoomFor(kind: Fault): boolean {
    const found = this.#found.get(kind) ?? 0;
    this.#found.set(kind, found + 1);
    return found < WITNESSES_MAX_PER_KIND;
  }
}
