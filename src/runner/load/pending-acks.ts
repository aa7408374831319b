const CELLS = 32;

/**
 * Which message each device's seq_num stands for: at most 32 unacknowledged ones for a device. A message whose ack was
 * given up keeps its cell, for an ack that comes late, until the cell is needed.
 */
export class PendingAcks {
  readonly #row: Int32Array;
  readonly #serial: Float64Array;
  readonly #seqNum: Uint16Array;
  readonly #givenUp: Uint8Array;
  /** Cells used by each device; they are its first ones, oldest message first. */
  readonly #used: Uint8Array;
  readonly #waiting: Uint8Array;
  /** Serial of the message that `take` last answered with: a second result without an allocation. */
  takenSerial = 0;
  /** Whether that one had been given up. */
  takenLate = false;

  constructor(devices: number) {
    this.#row = new Int32Array(devices * CELLS);
    this.#serial = new Float64Array(devices * CELLS);
    this.#seqNum = new Uint16Array(devices * CELLS);
    this.#givenUp = new Uint8Array(devices * CELLS);
    this.#used = new Uint8Array(devices);
    this.#waiting = new Uint8Array(devices);
  }

  hasRoom(device: number): boolean {
    return (this.#waiting[device] as number) < CELLS;
  }

  /** Notes a message; only while there is room. */
  add(device: number, seqNum: number, row: number, serial: number): void {
    if (this.#used[device] === CELLS) this.#dropOldestGivenUp(device);
    const used = this.#used[device] as number;
    const cell = device * CELLS + used;
    this.#row[cell] = row;
    this.#serial[cell] = serial;
    this.#seqNum[cell] = seqNum;
    this.#givenUp[cell] = 0;
    this.#used[device] = used + 1;
    this.#waiting[device] = (this.#waiting[device] as number) + 1;
  }

  /** The row of the message that an ack's seq_num means, or undefined when none waits for it. */
  take(device: number, seqNum: number): number | undefined {
    const first = device * CELLS;
    const end = first + (this.#used[device] as number);
    for (let cell = first; cell < end; cell++) {
      if (this.#seqNum[cell] !== seqNum) continue;
      const row = this.#row[cell] as number;
      this.takenSerial = this.#serial[cell] as number;
      this.takenLate = this.#givenUp[cell] === 1;
      if (!this.takenLate) this.#waiting[device] = (this.#waiting[device] as number) - 1;
      this.#remove(device, cell);
      return row;
    }
    return undefined;
  }

  /** The message's ack is no longer waited for. */
  giveUp(device: number, serial: number): void {
    const first = device * CELLS;
    for (let cell = first; cell < first + (this.#used[device] as number); cell++) {
      if (this.#serial[cell] !== serial || this.#givenUp[cell] === 1) continue;
      this.#givenUp[cell] = 1;
      this.#waiting[device] = (this.#waiting[device] as number) - 1;
    }
  }

  /** Nothing more will be acknowledged: the connection is gone. */
  forget(device: number): void {
    this.#used[device] = 0;
    this.#waiting[device] = 0;
  }

  #dropOldestGivenUp(device: number): void {
    const first = device * CELLS;
    for (let cell = first; cell < first + CELLS; cell++) {
      if (this.#givenUp[cell] === 1) return this.#remove(device, cell);
    }
  }

  #remove(device: number, cell: number): void {
    const end = device * CELLS + (this.#used[device] as number);
    for (let at = cell; at < end - 1; at++) {
      this.#row[at] = this.#row[at + 1] as number;
      this.#serial[at] = this.#serial[at + 1] as number;
      this.#seqNum[at] = this.#seqNum[at + 1] as number;
      this.#givenUp[at] = this.#givenUp[at + 1] as number;
    }
    this.#used[device] = (this.#used[device] as number) - 1;
  }
}
