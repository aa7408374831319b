/** As many as a number has bits. */
const CELLS = 32;

/**
 * Which message each device's seq_num stands for: at most 32 unacknowledged ones for a device. A message whose ack was
 * given up keeps its cell, for an ack that comes late, until the cell is needed. Hot: twice for each message.
 */
export class PendingAcks {
  readonly #row: Int32Array;
  readonly #serial: Float64Array;
  readonly #seqNum: Uint16Array;
  /** For each device a bit for each cell that has a message; then for each whose ack was given up. */
  readonly #used: Int32Array;
  readonly #givenUp: Int32Array;
  readonly #waiting: Uint8Array;
  /** Serial of the message that `take` last answered with: a second result without an allocation. */
  takenSerial = 0;
  /** Whether that one had been given up. */
  takenLate = false;

  constructor(devices: number) {
    this.#row = new Int32Array(devices * CELLS);
    this.#serial = new Float64Array(devices * CELLS);
    this.#seqNum = new Uint16Array(devices * CELLS);
    this.#used = new Int32Array(devices);
    this.#givenUp = new Int32Array(devices);
    this.#waiting = new Uint8Array(devices);
  }

  hasRoom(device: number): boolean {
    return (this.#waiting[device] as number) < CELLS;
  }

  /** Notes a message; only while there is room. */
  add(device: number, seqNum: number, row: number, serial: number): void {
    let free = lowestBit(~(this.#used[device] as number));
    if (free === 0) {
      this.#dropOldestGivenUp(device);
      free = lowestBit(~(this.#used[device] as number));
    }
    const cell = device * CELLS + placeOf(free);
    this.#row[cell] = row;
    this.#serial[cell] = serial;
    this.#seqNum[cell] = seqNum;
    this.#used[device] = (this.#used[device] as number) | free;
    this.#waiting[device] = (this.#waiting[device] as number) + 1;
  }

  /** The row of the message that an ack's seq_num means, or undefined when none waits for it. Of several it is the oldest. */
  take(device: number, seqNum: number): number | undefined {
    let found = 0;
    let foundCell = 0;
    for (let rest = this.#used[device] as number; rest !== 0; rest &= rest - 1) {
      const bit = lowestBit(rest);
      const cell = device * CELLS + placeOf(bit);
      if (this.#seqNum[cell] !== seqNum) continue;
      if (found !== 0 && (this.#serial[cell] as number) > (this.#serial[foundCell] as number)) continue;
      found = bit;
      foundCell = cell;
    }
    if (found === 0) return undefined;
    this.takenSerial = this.#serial[foundCell] as number;
    this.takenLate = ((this.#givenUp[device] as number) & found) !== 0;
    if (!this.takenLate) this.#waiting[device] = (this.#waiting[device] as number) - 1;
    this.#free(device, found);
    return this.#row[foundCell] as number;
  }

  /** The message's ack is no longer waited for. */
  giveUp(device: number, serial: number): void {
    const waiting = (this.#used[device] as number) & ~(this.#givenUp[device] as number);
    for (let rest = waiting; rest !== 0; rest &= rest - 1) {
      const bit = lowestBit(rest);
      if (this.#serial[device * CELLS + placeOf(bit)] !== serial) continue;
      this.#givenUp[device] = (this.#givenUp[device] as number) | bit;
      this.#waiting[device] = (this.#waiting[device] as number) - 1;
    }
  }

  /** Nothing more will be acknowledged: the connection is gone. */
  forget(device: number): void {
    this.#used[device] = 0;
    this.#givenUp[device] = 0;
    this.#waiting[device] = 0;
  }

  #dropOldestGivenUp(device: number): void {
    let oldest = 0;
    let oldestSerial = Number.POSITIVE_INFINITY;
    for (let rest = this.#givenUp[device] as number; rest !== 0; rest &= rest - 1) {
      const bit = lowestBit(rest);
      const serial = this.#serial[device * CELLS + placeOf(bit)] as number;
      if (serial >= oldestSerial) continue;
      oldest = bit;
      oldestSerial = serial;
    }
    this.#free(device, oldest);
  }

  #free(device: number, bit: number): void {
    this.#used[device] = (this.#used[device] as number) & ~bit;
    this.#givenUp[device] = (this.#givenUp[device] as number) & ~bit;
  }
}

/** The least of the bits alone; 0 when there is none. */
function lowestBit(bits: number): number {
  return bits & -bits;
}

function placeOf(bit: number): number {
  return 31 - Math.clz32(bit);
}
