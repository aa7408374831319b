import { RowPdus } from "../oracle/in-flight-pdus.js";
import { emptyToken, type MessageToken } from "../oracle/message-token.js";
import { SentForms } from "../oracle/sent-forms.js";

/** Messages to other shards, and deliveries from them, of which PDUs are kept: the last ones. */
export const FAR_PDUS_KEPT = 512;
/** Deliveries that looked wrong when they came, of which PDUs are kept whatever comes later. */
export const SUSPECTS_KEPT = 64;
const ARRIVALS_MAX_BYTES = 4 * 1024 * 1024;
const ACKS_MAX_BYTES = 1024 * 1024;
const SUSPECTS_MAX_BYTES = 1024 * 1024;

/** Sender's device, serial, recipient's device. */
const ARRIVAL_FIELDS = 3;

/** PDUs in hex. */
export interface FarEvidenceState {
  readonly sent: readonly {
    readonly senderDevice: number;
    readonly serial: number;
    readonly sent: string | null;
    readonly ack: string | null;
  }[];
  readonly received: readonly {
    readonly senderDevice: number;
    readonly serial: number;
    readonly device: number;
    readonly received: string | null;
  }[];
}

/**
 * PDUs of what goes between this shard and others. Which of it is a fault only the merge finds out, so the last ones are
 * kept of everything, in memory that does not grow.
 */
export class FarEvidence {
  readonly #tokens: MessageToken[] = [];
  readonly #kept: SentForms;
  readonly #acks = new RowPdus();
  readonly #arrivals = new Float64Array(FAR_PDUS_KEPT * ARRIVAL_FIELDS);
  readonly #received = new RowPdus();
  readonly #suspects: FarEvidenceState["received"][number][] = [];
  #suspectBytes = 0;
  #next: readonly [senderDevice: number, serial: number, device: number] | undefined;
  #sentCount = 0;
  #arrivedCount = 0;

  constructor(
    /** Of the messages in flight, this one among them. */
    private readonly forms: SentForms,
    isEncrypted: boolean,
  ) {
    this.#kept = new SentForms(isEncrypted);
  }

  /** To be filled in before `acked`. Hot, as both that follow: nothing is made anew. */
  nextToken(): MessageToken {
    const slot = this.#sentCount % FAR_PDUS_KEPT;
    let token = this.#tokens[slot];
    if (token === undefined) {
      token = emptyToken();
      this.#tokens[slot] = token;
    }
    return token;
  }

  /** One of our messages, that of `nextToken`, was acknowledged by the PDU `bytes[start, end)`. */
  acked(bytes: Buffer, start: number, end: number): void {
    const { row } = this.nextToken();
    const slot = this.#sentCount++ % FAR_PDUS_KEPT;
    this.forms.copyTo(this.#kept, row, slot);
    this.#acks.forget(slot);
    this.#acks.keep(slot, bytes, start, end, ACKS_MAX_BYTES - this.#acks.heldBytes);
  }

  /** A message from another shard has come as `bytes[start, end)`. */
  received(senderDevice: number, serial: number, device: number, bytes: Buffer, start: number, end: number): void {
    const slot = this.#arrivedCount++ % FAR_PDUS_KEPT;
    this.#arrivals[slot * ARRIVAL_FIELDS] = senderDevice;
    this.#arrivals[slot * ARRIVAL_FIELDS + 1] = serial;
    this.#arrivals[slot * ARRIVAL_FIELDS + 2] = device;
    this.#received.forget(slot);
    this.#received.keep(slot, bytes, start, end, ARRIVALS_MAX_BYTES - this.#received.heldBytes);
    if (this.#next === undefined) return;
    const isSuspect = this.#slotOf(...this.#next) === slot;
    this.#next = undefined;
    if (isSuspect) this.#keepSuspect(slot);
  }

  /** Something is wrong with a delivery: with one that has come before, or with the one that is noted next. */
  suspect(senderDevice: number, serial: number, device: number): void {
    const slot = this.#slotOf(senderDevice, serial, device);
    if (slot !== undefined) return this.#keepSuspect(slot);
    this.#next = [senderDevice, serial, device];
  }

  state(): FarEvidenceState {
    return {
      sent: this.#tokens.map((token, slot) => ({
        senderDevice: token.senderDevice,
        serial: token.serial,
        sent: hexOf(this.#kept.pdu(token, slot)),
        ack: hexOf(this.#acks.of(slot)),
      })),
      received: [...this.#suspects, ...this.#slots().map((slot) => this.#receivedAt(slot))],
    };
  }

  #slots(): number[] {
    return Array.from({ length: Math.min(this.#arrivedCount, FAR_PDUS_KEPT) }, (_, slot) => slot);
  }

  #slotOf(senderDevice: number, serial: number, device: number): number | undefined {
    const arrivals = this.#arrivals;
    return this.#slots().find((slot) => {
      const at = slot * ARRIVAL_FIELDS;
      return arrivals[at] === senderDevice && arrivals[at + 1] === serial && arrivals[at + 2] === device;
    });
  }

  #keepSuspect(slot: number): void {
    const bytes = this.#received.of(slot)?.length ?? 0;
    if (this.#suspects.length >= SUSPECTS_KEPT || this.#suspectBytes + bytes > SUSPECTS_MAX_BYTES) return;
    this.#suspectBytes += bytes;
    this.#suspects.push(this.#receivedAt(slot));
  }

  #receivedAt(slot: number): FarEvidenceState["received"][number] {
    const at = slot * ARRIVAL_FIELDS;
    const [senderDevice = 0, serial = 0, device = 0] = this.#arrivals.subarray(at, at + ARRIVAL_FIELDS);
    return { senderDevice, serial, device, received: hexOf(this.#received.of(slot)) };
  }
}

function hexOf(pdu: Buffer | undefined): string | null {
  return pdu?.toString("hex") ?? null;
}
