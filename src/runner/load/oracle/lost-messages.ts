import type { Audience } from "./audience.js";
import type { DeliveryCounts } from "./delivery-counts.js";
import type { FaultWitnesses } from "./fault-witnesses.js";
import type { MessageTable } from "./message-table.js";

/**
 * How old a message is, when a device goes that has not got it, that is lost for that and not on its way: the time that an ack
 * may take and that the end of a run waits, unless told.
 */
export const LOST_AFTER_MS = 20_000;

/** Deliveries of acknowledged messages that have not come by the end of the run, or before their device went. */
export class LostMessages {
  constructor(
    private readonly messages: MessageTable,
    private readonly audience: Audience,
    private readonly counts: DeliveryCounts,
    private readonly witnesses: FaultWitnesses,
  ) {}

  /** What is still awaited of the message will not come. */
  found(row: number): void {
    const { messages, audience } = this;
    this.counts.lost += messages.pending(row);
    const senderDevice = messages.senderDevice(row);
    const target = messages.target(row);
    for (let recipient = 0; recipient < audience.sizeOf(target); recipient++) {
      if (!messages.isPending(row, recipient)) continue;
      this.witnesses.ofRow("lost", row, audience.deviceAt(recipient, senderDevice, target));
    }
    const { devicesPerUser } = audience;
    for (let first = 0; first < audience.sizeOf(target); first += devicesPerUser) {
      let without: number | undefined;
      for (let recipient = first; recipient < first + devicesPerUser; recipient++) {
        if (messages.isExpected(row, recipient) && messages.isPending(row, recipient)) without = recipient;
      }
      if (without !== undefined) this.#countDiverged(row, without);
    }
  }

  /** One that is still awaited will not come: its device has gone. */
  foundBy(row: number, recipient: number): void {
    const { messages, audience } = this;
    this.counts.lost++;
    this.witnesses.ofRow("lost", row, audience.deviceAt(recipient, messages.senderDevice(row), messages.target(row)));
    this.#countDiverged(row, recipient);
  }

  /** Whether another device of the same user that must have the message has it. */
  #countDiverged(row: number, without: number): void {
    const { messages, audience } = this;
    const { devicesPerUser } = audience;
    const first = without - (without % devicesPerUser);
    for (let recipient = first; recipient < first + devicesPerUser; recipient++) {
      if (!messages.isExpected(row, recipient) || messages.isPending(row, recipient)) continue;
      this.counts.diverged++;
      const device = audience.deviceAt(without, messages.senderDevice(row), messages.target(row));
      this.witnesses.ofRow("diverged", row, device);
      return;
    }
  }
}
