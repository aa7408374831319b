import type { DeliveryKey } from "./delivery-sum.js";

const FIELDS = 5;
const SENT_FIELD = 3;

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

  /** Rows of what was sent at that moment or later; undefined = there are more than so many. */
  rowsSince(sentMs: number, rowsMax: number): number[] | undefined {
    const since: number[] = [];
    // In the order of their acks, not of sending.
    for (let at = 0; at < this.#rows.length; at += FIELDS) {
      if ((this.#rows[at + SENT_FIELD] as number) < sentMs) continue;
      if (since.length >= rowsMax * FIELDS) return undefined;
      since.push(...this.#rows.slice(at, at + FIELDS));
    }
    return since;
  }
}

/** As rows of a list. */
export function rowsOf(deliveries: readonly DeliveryKey[]): number[] {
  return deliveries.flatMap(({ senderDevice, serial, device, sentMs, msgId }) => [
    senderDevice,
    serial,
    device,
    sentMs,
    msgId,
  ]);
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
