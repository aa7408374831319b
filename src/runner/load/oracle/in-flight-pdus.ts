import { CommandId } from "../../../codec/generated/commands.js";
import { ServiceID } from "../../../codec/generated/enums.js";
import type { AckFields, MessageFields } from "../../../codec/message-bytes.js";
import { encodePdu } from "../../../codec/pdu.js";
import { hasOwnHeader } from "../../../codec/pdu-header.js";
import type { MessageToken } from "./message-token.js";
import type { SentForms } from "./sent-forms.js";

/** All of them together; beyond it nothing more is kept, and witnesses have less to show. */
const KEPT_MAX_BYTES = 64 * 1024 * 1024;
const BUFFER_MIN_BYTES = 64;

/** A notification carries no seq_num (FRM-14). */
const NO_SEQ_NUM = 0;
// Bits of `usual`.
const USUAL_ACK = 1;
const USUAL_DELIVERY = 2;

// biome-ignore lint/suspicious/noConstEnum: see RowMemory
const enum Int {
  perRow = 32,
  ackId = 23,
  deliveredId = 24,
  deliveredAt = 25,
  /** Which of the two came in the usual form. */
  usual = 26,
}

/**
 * What came for the messages in flight, byte for byte: the ack, and what each device received. Nearly always it is what the
 * sender sent and a number or two of the server's: then these are kept, and the PDU is made again if somebody wants to see
 * it. Of anything else the bytes are copied. Servers send all devices the same, so that one form stands for all of them but
 * those that got something else. Memory is that of messages in flight: a row's buffers pass on to the row's next message.
 */
export class InFlightPdus {
  readonly #acks = new RowPdus();
  readonly #deliveries = new RowPdus();
  /** By row, then recipient. */
  readonly #others = new Map<number, Map<number, Buffer>>();
  #otherBytes = 0;

  constructor(
    private readonly forms: SentForms,
    private readonly keptMaxBytes = KEPT_MAX_BYTES,
  ) {}

  /** Hot: another message has the row. */
  begin(row: number): void {
    const { memory } = this.forms;
    memory.hold(row);
    memory.ints[row * Int.perRow + Int.usual] = 0;
    if (this.#acks.heldBytes > 0) this.#acks.forget(row);
    if (this.#deliveries.heldBytes > 0) this.#deliveries.forget(row);
    if (this.#others.size > 0) this.#forgetOthers(row);
  }

  /** Hot. `ack`: what is in it, if that is known. */
  acked(row: number, bytes: Buffer, start: number, end: number, ack: AckFields | undefined): void {
    const { forms } = this;
    if (
      ack !== undefined &&
      forms.isAnsweredBy(row, ack) &&
      hasOwnHeader(bytes, start, ServiceID.SID_MSG, forms.seqNumOf(row))
    ) {
      const { ints } = forms.memory;
      const at = row * Int.perRow;
      ints[at + Int.ackId] = ack.msgId;
      ints[at + Int.usual] = (ints[at + Int.usual] as number) | USUAL_ACK;
      return;
    }
    this.#acks.keep(row, bytes, start, end, this.#leftBytes);
  }

  /** Hot. `message`: what is in it around the content as it was sent, if it is that. */
  received(
    row: number,
    recipient: number,
    bytes: Buffer,
    start: number,
    end: number,
    message: MessageFields | undefined,
  ): void {
    const { ints } = this.forms.memory;
    const at = row * Int.perRow;
    const isFirst = ((ints[at + Int.usual] as number) & USUAL_DELIVERY) === 0 && this.#deliveries.isEmpty(row);
    if (
      message !== undefined &&
      this.forms.isEcho(row, message) &&
      hasOwnHeader(bytes, start, ServiceID.SID_MSG, NO_SEQ_NUM)
    ) {
      if (isFirst) {
        ints[at + Int.deliveredId] = message.msgId;
        ints[at + Int.deliveredAt] = message.createTime;
        ints[at + Int.usual] = (ints[at + Int.usual] as number) | USUAL_DELIVERY;
        return;
      }
      if (
        this.#has(row, USUAL_DELIVERY) &&
        ints[at + Int.deliveredId] === message.msgId &&
        ints[at + Int.deliveredAt] === message.createTime
      ) {
        return;
      }
    } else if (isFirst) {
      this.#deliveries.keep(row, bytes, start, end, this.#leftBytes);
      return;
    } else if (this.#deliveries.isSame(row, bytes, start, end)) return;
    this.#keepOther(row, recipient, bytes.subarray(start, end));
  }

  /** The message's 0x0301; undefined when another one has its row by now. */
  sentAs(token: MessageToken): Buffer | undefined {
    return this.forms.pdu(token);
  }

  /** Undefined when it was not kept. */
  ackOf(row: number): Buffer | undefined {
    if (!this.#has(row, USUAL_ACK)) return this.#acks.copyOf(row);
    const { forms } = this;
    const body = {
      user_id: forms.fromUserIdOf(row),
      session_id: forms.toSessionIdOf(row),
      msg_id: forms.memory.ints[row * Int.perRow + Int.ackId] as number,
      session_type: forms.sessionTypeOf(row),
    };
    return encodePdu(CommandId.CID_MSG_DATA_ACK, body, { seqNum: forms.seqNumOf(row) });
  }

  /** The same, for a recipient that has the message; `token` is that of the message. */
  receivedBy(token: MessageToken, recipient: number): Buffer | undefined {
    const { row } = token;
    const other = this.#others.get(row)?.get(recipient);
    // Without its bytes it must not pass for what the first one got.
    if (other !== undefined) return other.length === 0 ? undefined : other;
    if (!this.#has(row, USUAL_DELIVERY)) return this.#deliveries.copyOf(row);
    const { ints } = this.forms.memory;
    const at = row * Int.perRow;
    const [msg_id, create_time] = [ints[at + Int.deliveredId] as number, ints[at + Int.deliveredAt] as number];
    return this.forms.delivered(token, { msg_id, create_time });
  }

  #has(row: number, what: number): boolean {
    return ((this.forms.memory.ints[row * Int.perRow + Int.usual] as number) & what) !== 0;
  }

  get #leftBytes(): number {
    return this.keptMaxBytes - this.#otherBytes - this.#acks.heldBytes - this.#deliveries.heldBytes;
  }

  #keepOther(row: number, recipient: number, pdu: Buffer): void {
    const ofRow = this.#others.get(row) ?? new Map<number, Buffer>();
    const kept = pdu.length <= this.#leftBytes ? Buffer.from(pdu) : Buffer.alloc(0);
    this.#otherBytes += kept.length;
    this.#others.set(row, ofRow.set(recipient, kept));
  }

  #forgetOthers(row: number): void {
    for (const pdu of this.#others.get(row)?.values() ?? []) this.#otherBytes -= pdu.length;
    this.#others.delete(row);
  }
}

/** One PDU for each row, at most. */
export class RowPdus {
  heldBytes = 0;
  readonly #buffers: (Buffer | undefined)[] = [];
  readonly #lengths: number[] = [];

  isEmpty(row: number): boolean {
    return (this.#lengths[row] ?? 0) === 0;
  }

  forget(row: number): void {
    this.#lengths[row] = 0;
  }

  keep(row: number, bytes: Buffer, start: number, end: number, leftBytes: number): void {
    const length = end - start;
    let buffer = this.#buffers[row];
    if (buffer === undefined || buffer.length < length) {
      const size = Math.max(BUFFER_MIN_BYTES, 2 ** Math.ceil(Math.log2(length)));
      if (size > leftBytes) return;
      this.heldBytes += size - (buffer?.length ?? 0);
      buffer = Buffer.allocUnsafe(size);
      this.#buffers[row] = buffer;
    }
    bytes.copy(buffer, 0, start, end);
    this.#lengths[row] = length;
  }

  isSame(row: number, bytes: Buffer, start: number, end: number): boolean {
    const length = this.#lengths[row] as number;
    return length === end - start && bytes.compare(this.#buffers[row] as Buffer, 0, length, start, end) === 0;
  }

  /** A view, valid until something else is kept in the row. */
  of(row: number): Buffer | undefined {
    return this.isEmpty(row) ? undefined : this.#buffers[row]?.subarray(0, this.#lengths[row]);
  }

  copyOf(row: number): Buffer | undefined {
    const pdu = this.of(row);
    return pdu === undefined ? undefined : Buffer.from(pdu);
  }
}
