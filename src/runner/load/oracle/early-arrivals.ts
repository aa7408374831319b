import type { Audience } from "./audience.js";
import type { DeliveryCounts } from "./delivery-counts.js";
import type { Arrival, FaultWitnesses } from "./fault-witnesses.js";
import { MessageState, type MessageTable } from "./message-table.js";
import type { StreamOrder } from "./stream-order.js";

/**
 * Which msg_id a message has its ack says. What comes before the ack is judged by the msg_id that came first, and again once
 * the ack is there.
 */
export class EarlyArrivals {
  /**
   * By row: recipients to whom a message came before its ack and not as the first one had it, with the msg_id that theirs
   * had; NaN = it was wrong in another way. Empty while nothing is wrong.
   */
  readonly #odd = new Map<number, Map<number, number>>();

  constructor(
    private readonly messages: MessageTable,
    private readonly audience: Audience,
    private readonly order: StreamOrder,
    private readonly arrival: Arrival,
    private readonly counts: DeliveryCounts,
    private readonly witnesses: FaultWitnesses,
  ) {}

  /** Hot: whether a delivery has the msg_id of the ack, or before it that which came first. */
  hasRightId(row: number, recipient: number, msgId: number): boolean {
    const { messages } = this;
    if (messages.state(row) === MessageState.acked) return messages.msgId(row) === msgId;
    if (messages.earlyMsgId(row) === 0) messages.setEarlyMsgId(row, msgId);
    if (messages.earlyMsgId(row) === msgId) return true;
    this.#noteOdd(row, recipient, msgId);
    return false;
  }

  /** A delivery is wrong whatever its msg_id: the ack will change nothing in that. */
  noteWrong(row: number, recipient: number): void {
    this.#noteOdd(row, recipient, Number.NaN);
  }

  #noteOdd(row: number, recipient: number, msgId: number): void {
    if (this.messages.state(row) === MessageState.acked) return;
    const odd = this.#odd.get(row) ?? new Map<number, number>();
    this.#odd.set(row, odd.set(recipient, msgId));
  }

  /** Hot: the ack has come. When it came after some deliveries, now it is known which of them had the right msg_id. */
  acked(row: number, ackedMsgId: number): void {
    const { messages, audience } = this;
    const early = messages.earlyMsgId(row);
    if (early === 0) return;
    const odd = this.#odd.get(row);
    const senderDevice = messages.senderDevice(row);
    const target = messages.target(row);
    this.arrival.isNothing();
    for (let recipient = 0; recipient < audience.sizeOf(target); recipient++) {
      if (!messages.isExpected(row, recipient) || messages.isPending(row, recipient)) continue;
      const msgId = odd?.get(recipient) ?? early;
      if (Number.isNaN(msgId)) continue;
      const device = audience.deviceAt(recipient, senderDevice, target);
      if (msgId !== ackedMsgId) {
        if (msgId === early) this.#wasCorrupted(row, device, msgId);
        continue;
      }
      if (msgId !== early) this.#wasIntact(row, device);
      if (this.order.isKeptById(row, recipient)) continue;
      this.counts.reordered++;
      this.witnesses.ofRow("reordered", row, device);
    }
    this.#odd.delete(row);
  }

  #wasCorrupted(row: number, device: number, msgId: number): void {
    this.counts.delivered--;
    this.counts.corrupted++;
    this.witnesses.ofRow("corrupted", row, device, msgId);
  }

  #wasIntact(row: number, device: number): void {
    this.counts.corrupted--;
    this.counts.delivered++;
    this.witnesses.takeBack("corrupted", this.messages.serial(row), device);
  }

  /** Hot: the row passes on to another message. */
  released(row: number): void {
    if (this.#odd.size > 0) this.#odd.delete(row);
  }

  clear(): void {
    this.#odd.clear();
  }
}
