import type { Audience } from "./audience.js";
import { MessageState, type MessageTable } from "./message-table.js";

const NONE: readonly number[] = [];

/** The messages in flight by the devices that send or may get them, until the next one is begun. */
export class RowsByDevice {
  readonly #rows = new Map<number, number[]>();

  constructor(messages: MessageTable, audience: Audience) {
    for (let row = 0; row < messages.rows; row++) {
      if (messages.state(row) === MessageState.free) continue;
      const sender = messages.senderDevice(row);
      const target = messages.target(row);
      this.#add(sender, row);
      const size = audience.sizeOf(target);
      for (let recipient = 0; recipient < size; recipient++) {
        const device = audience.deviceAt(recipient, sender, target);
        if (device !== sender) this.#add(device, row);
      }
    }
  }

  of(device: number): readonly number[] {
    return this.#rows.get(device) ?? NONE;
  }

  #add(device: number, row: number): void {
    const rows = this.#rows.get(device);
    if (rows === undefined) this.#rows.set(device, [row]);
    else rows.push(row);
  }
}
