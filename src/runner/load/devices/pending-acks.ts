/** As many as a number has bits. */
const CELLS = 32;
const NOT_FOUND = -1;
// Of a cell: a double, then integers.
const SERIAL = 0;
const CELL_DOUBLES = 2;
const ROW = 2;
const SEQ_NUM = 3;
const CELL_INTS = 4;

/**
 * Which message each device's seq_num stands for: at most 32 unacknowledged ones for a device. A message whose ack was
 * given up keeps its cell, for an ack that comes late, until the cell is needed. Hot: twice for each message.
 */
export class PendingAcks {
  readonly #doubles: Float64Array;
  readonly #ints: Int32Array;
  /** For each device a bit for each cell whose message waits; then for each whose ack was given up. */
  readonly #waiting: Int32Array;
  readonly #givenUp: Int32Array;
  /** Serial of the message that `take` last answered with: a second result without an allocation. */
  takenSerial = 0;
  /** Whether that one had been given up. */
  takenLate = false;

  constructor(devices: number) {
    this.#doubles = new Float64Array(devices * CELLS * CELL_DOUBLES);
    this.#ints = new Int32Array(this.#doubles.buffer);
    this.#waiting = new Int32Array(devices);
    this.#givenUp = new Int32Array(devices);
  }

  hasRoom(device: number): boolean {
    return this.#waiting[device] !== -1;
  }

  /** Notes a message; only while there is room. */
  add(device: number, seqNum: number, row: number, serial: number): void {
    let free = ~((this.#waiting[device] as number) | (this.#givenUp[device] as number));
    if (free === 0) {
      this.#dropOldestGivenUp(device);
      free = ~((this.#waiting[device] as number) | (this.#givenUp[device] as number));
    }
    // The first one from where it is looked for first.
    const place = (seqNum + firstBitOf(rotated(free, seqNum))) % CELLS;
    const cell = device * CELLS + place;
    this.#doubles[cell * CELL_DOUBLES + SERIAL] = serial;
    this.#ints[cell * CELL_INTS + ROW] = row;
    this.#ints[cell * CELL_INTS + SEQ_NUM] = seqNum;
    this.#waiting[device] = (this.#waiting[device] as number) | (1 << place);
  }

  /** The row of the message that an ack's seq_num means, or undefined when none does; one that waits comes before one given up. */
  take(device: number, seqNum: number): number | undefined {
    let place = this.#find(device, seqNum, this.#waiting[device] as number);
    this.takenLate = place === NOT_FOUND;
    if (this.takenLate) place = this.#find(device, seqNum, this.#givenUp[device] as number);
    if (place === NOT_FOUND) return undefined;
    const of = this.takenLate ? this.#givenUp : this.#waiting;
    of[device] = (of[device] as number) & ~(1 << place);
    this.takenSerial = this.#serialAt(device, place);
    return this.#ints[(device * CELLS + place) * CELL_INTS + ROW] as number;
  }

  /** The message's ack is no longer waited for. */
  giveUp(device: number, serial: number): void {
    for (let place = 0; place < CELLS; place++) {
      const bit = 1 << place;
      if (((this.#waiting[device] as number) & bit) === 0 || this.#serialAt(device, place) !== serial) continue;
      this.#waiting[device] = (this.#waiting[device] as number) & ~bit;
      this.#givenUp[device] = (this.#givenUp[device] as number) | bit;
    }
  }

  /** Nothing more will be acknowledged: the connection is gone. */
  forget(device: number): void {
    this.#waiting[device] = 0;
    this.#givenUp[device] = 0;
  }

  /** Among the cells whose bits are set. */
  #find(device: number, seqNum: number, bits: number): number {
    for (let rest = rotated(bits, seqNum); rest !== 0; rest &= rest - 1) {
      const place = (seqNum + firstBitOf(rest)) % CELLS;
      if (this.#ints[(device * CELLS + place) * CELL_INTS + SEQ_NUM] === seqNum) return place;
    }
    return NOT_FOUND;
  }

  #dropOldestGivenUp(device: number): void {
    let oldest = 0;
    let oldestSerial = Number.POSITIVE_INFINITY;
    for (let place = 0; place < CELLS; place++) {
      const bit = 1 << place;
      if (((this.#givenUp[device] as number) & bit) === 0 || this.#serialAt(device, place) >= oldestSerial) continue;
      oldest = bit;
      oldestSerial = this.#serialAt(device, place);
    }
    this.#givenUp[device] = (this.#givenUp[device] as number) & ~oldest;
  }

  #serialAt(device: number, place: number): number {
    return this.#doubles[(device * CELLS + place) * CELL_DOUBLES + SERIAL] as number;
  }
}

/** Which bit is the first one that is set; only when there is one. */
function firstBitOf(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** The bits from a place on, then those before it; places count round and round. */
function rotated(bits: number, from: number): number {
  return (bits >>> from) | (bits << -from);
}
