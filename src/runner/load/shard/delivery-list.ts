import type { DeliveryKey } from "./delivery-sum.js";

const FIELDS = 5;

/** Deliveries one by one, as rows of numbers. */
export class DeliveryList {
  readonly #rows: number[] = [];

  constructor(private readonly max: number) {}

  /** @returns false when there is no room for it */
  add(senderDevice: number, serial: number, device: number, sentMs: number, msgId: number): boolean {
    if (this.#rows.length >= this.max * FIELDS) return false;
    this.#rows.push(senderDevice, serial, device, sentMs, msgId);
    return true;
  }

  get rows(): readonly number[] {
    return this.#rows;
  }
}

/** What a list's rows say. */
export function* deliveriesIn(rows: readonly number[]): Generator<DeliveryKey> {
  for (let at = 0; at + FIELDS <= rows.length; at += FIELDS) {
    const [senderDevice, serial, device, sentMs, msgId] = rows.slice(at, at + FIELDS) as [
      number,
      number,
      number,
      number,
      number,
    ];
    yield { senderDevice, serial, device, sentMs, msgId };
  }
}
