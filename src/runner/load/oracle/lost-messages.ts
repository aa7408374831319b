import type { Audience } from "./audience.js";
import type { DeliveryCounts } from "./delivery-counts.js";
import type { FaultWitnesses } from "./fault-witnesses.js";
import type { MessageTable } from "./message-table.js";

/** Deliveries of acknowledged messages that have not come by the end of the run. */
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
    this.#countDiverged(row, senderDevice, target);
  }

  /** Of each user's devices that must have the message: whether some have it and others have not. */
  #countDiverged(row: number, senderDevice: number, target: number): void {
    const { messages, audience } = this;
    const { devicesPerUser } = audience;
    for (let first = 0; first < audience.sizeOf(target); first += devicesPerUser) {
      let without: number | undefined;
      let have = 0;
      for (let recipient = first; recipient < first + devicesPerUser; recipient++) {
        if (!messages.isExpected(row, recipient)) continue;
        if (messages.isPending(row, recipient)) without = recipient;
        else have++;
      }
      if (without === undefined || have === 0) continue;
      this.counts.diverged++;
      this.witnesses.ofRow("diverged", row, audience.deviceAt(without, senderDevice, target));
    }
  }
}
