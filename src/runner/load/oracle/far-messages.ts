import type { FarArrival, FarDeliveries, FarWitness } from "../shard/far-deliveries.js";
import type { FarEvidence } from "../shard/far-evidence.js";
import type { Audience } from "./audience.js";
import type { DeliveryCounts } from "./delivery-counts.js";
import type { Arrival, FaultWitnesses } from "./fault-witnesses.js";
import type { MessageTable } from "./message-table.js";
import { lateAsRead, type MessageToken } from "./message-token.js";

/** What the oracle's messages are to other shards, and theirs to it: counted here, and entered in the books that the merge compares. */
export class FarMessages {
  constructor(
    readonly deliveries: FarDeliveries,
    private readonly messages: MessageTable,
    private readonly audience: Audience,
    private readonly arrival: Arrival,
    private readonly counts: DeliveryCounts,
    private readonly witnesses: FaultWitnesses,
    private readonly evidence: FarEvidence | undefined,
  ) {}

  isFar(device: number): boolean {
    return this.deliveries.isFar(device);
  }

  /** One of our messages has its ack, which is what has just come: other shards must see it. */
  acked(row: number, msgId: number): void {
    const { messages, evidence } = this;
    const deliveries = this.deliveries.acked(
      messages.senderDevice(row),
      messages.target(row),
      messages.serial(row),
      this.#sentMs(row),
      msgId,
    );
    this.counts.expectedDeliveries += deliveries;
    const { pdu, pduStart, pduEnd } = this.arrival;
    if (deliveries > 0 && pdu !== undefined) {
      const token = evidence?.nextToken();
      if (token !== undefined) this.witnesses.tokenOf(row, token);
      evidence?.acked(pdu, pduStart, pduEnd);
    }
  }

  /** The sender's connection was lost before the ack of one of our messages. */
  gaveUp(row: number): void {
    const { messages, deliveries } = this;
    const serial = messages.serial(row);
    deliveries.loosened(serial);
    deliveries.gaveUp(messages.senderDevice(row), messages.target(row), serial, this.#sentMs(row));
  }

  /** As the recipient reads it from the token. */
  #sentMs(row: number): number {
    const { messages } = this;
    const intendedUs = Math.max(0, Math.round((messages.intendedMs(row) - this.deliveries.epochMs) * 1000));
    const lateUs = Math.round((messages.sentMs(row) - messages.intendedMs(row)) * 1000);
    return sentMsOf(intendedUs, lateUs);
  }

  /**
   * An intact message of another shard: whether it was to arrive, only the merge can say. A delivery where it is `first` or
   * `unplanned`; `damaged` where what is around its content is not as it was sent.
   */
  received(
    device: number,
    isIntact: boolean,
    msgId: number,
    { senderDevice, target, serial, intendedUs, lateUs }: MessageToken,
  ): FarArrival | "damaged" {
    const message = { senderDevice, target, serial, sentMs: sentMsOf(intendedUs, lateUs) };
    if (!isIntact) {
      this.damaged(senderDevice, device, msgId, message);
      return "damaged";
    }
    const arrival = this.deliveries.arrived(device, msgId, message);
    if (arrival !== "first" && arrival !== "unplanned") return arrival;
    if (arrival === "unplanned") this.counts.expectedDeliveries++;
    const { pdu, pduStart, pduEnd } = this.arrival;
    if (pdu !== undefined) this.evidence?.received(senderDevice, serial, device, pdu, pduStart, pduEnd);
    this.counts.delivered++;
    return arrival;
  }

  /** A message from a device of another shard has arrived changed; `message` when its token can still be read. */
  damaged(senderDevice: number, device: number, msgId: number, message?: Omit<FarWitness, "device" | "msgId">): void {
    if (!this.deliveries.damaged(senderDevice, device, msgId, message)) return;
    this.counts.corrupted++;
    const of = message ?? { serial: 0, senderDevice, target: this.audience.userOf(device) };
    this.witnesses.of("corrupted", of, device, msgId, undefined);
  }
}

/** Both sides of a delivery between shards know a message by this, to the millisecond. */
function sentMsOf(intendedUs: number, lateUs: number): number {
  return Math.floor((intendedUs + lateAsRead(Math.max(0, lateUs))) / 1000);
}
