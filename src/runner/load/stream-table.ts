const INITIAL_ROWS = 256;
const NONE = -1;

/**
 * A stream is what one device sends to one target. It has a row only while a message of it is in flight: order can only be
 * broken between messages that are under way together. Hot: rows are found by a table with open addressing, in which
 * nothing is allocated for a message.
 */
export class StreamTable {
  /** Messages of the stream in flight. */
  inFlight = new Int32Array(INITIAL_ROWS);
  /** Those of them whose ack is awaited. */
  unacked = new Int32Array(INITIAL_ROWS);
  #newestSerial: Float64Array;
  #newestMsgId: Float64Array;
  #senderDevice = new Int32Array(INITIAL_ROWS);
  #target = new Int32Array(INITIAL_ROWS);
  /** Rows by what `placeOf` makes of the stream, or behind that; at most half of it is in use. */
  #slots = new Int32Array(2 * INITIAL_ROWS).fill(NONE);
  readonly #free: number[] = [];
  #rows = 0;

  constructor(private readonly recipientsMax: number) {
    this.#newestSerial = new Float64Array(INITIAL_ROWS * recipientsMax);
    this.#newestMsgId = new Float64Array(INITIAL_ROWS * recipientsMax);
  }

  /** Whether a message of the stream awaits its ack. */
  isAwaitingAck(senderDevice: number, target: number): boolean {
    const row = this.#slots[this.#slotOf(senderDevice, target)] as number;
    return row !== NONE && (this.unacked[row] as number) > 0;
  }

  /** The row of a stream, with one message in flight and unacked more than before. */
  add(senderDevice: number, target: number): number {
    let row = this.#slots[this.#slotOf(senderDevice, target)] as number;
    if (row === NONE) row = this.#take(senderDevice, target);
    this.inFlight[row] = (this.inFlight[row] as number) + 1;
    this.unacked[row] = (this.unacked[row] as number) + 1;
    return row;
  }

  acked(row: number): void {
    this.unacked[row] = (this.unacked[row] as number) - 1;
  }

  /** A message of the stream is no longer in flight; the stream goes with its last one. */
  remove(row: number): void {
    const left = (this.inFlight[row] as number) - 1;
    this.inFlight[row] = left;
    if (left > 0) return;
    this.#empty(this.#slotOf(this.#senderDevice[row] as number, this.#target[row] as number));
    this.#free.push(row);
  }

  /** Notes an arrival at a recipient. False when the recipient already has a message of the stream that was sent later (MSG-09). */
  isNewer(row: number, recipient: number, serial: number): boolean {
    return raises(this.#newestSerial, row * this.recipientsMax + recipient, serial);
  }

  /** Notes the msg_id of an arrival, once it is beyond doubt. False when the recipient already has a greater one (MSG-09). */
  isGreater(row: number, recipient: number, msgId: number): boolean {
    return raises(this.#newestMsgId, row * this.recipientsMax + recipient, msgId);
  }

  #take(senderDevice: number, target: number): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row >= this.inFlight.length) this.#grow();
    this.#slots[this.#slotOf(senderDevice, target)] = row;
    this.inFlight[row] = 0;
    this.unacked[row] = 0;
    this.#senderDevice[row] = senderDevice;
    this.#target[row] = target;
    const end = (row + 1) * this.recipientsMax;
    for (let at = row * this.recipientsMax; at < end; at++) {
      this.#newestSerial[at] = 0;
      this.#newestMsgId[at] = 0;
    }
    return row;
  }

  /** Where the stream is, or would be. */
  #slotOf(senderDevice: number, target: number): number {
    const mask = this.#slots.length - 1;
    let slot = placeOf(senderDevice, target) & mask;
    for (;;) {
      const row = this.#slots[slot] as number;
      if (row === NONE || (this.#senderDevice[row] === senderDevice && this.#target[row] === target)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Moves up what would not be found behind an empty slot. */
  #empty(slot: number): void {
    const mask = this.#slots.length - 1;
    let gap = slot;
    for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      const row = this.#slots[at] as number;
      if (row === NONE) break;
      const wanted = placeOf(this.#senderDevice[row] as number, this.#target[row] as number) & mask;
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
      this.#slots[gap] = row;
      gap = at;
    }
    this.#slots[gap] = NONE;
  }

  #grow(): void {
    const rows = this.inFlight.length * 2;
    this.inFlight = widened(this.inFlight, new Int32Array(rows));
    this.unacked = widened(this.unacked, new Int32Array(rows));
    this.#senderDevice = widened(this.#senderDevice, new Int32Array(rows));
    this.#target = widened(this.#target, new Int32Array(rows));
    this.#newestSerial = widened(this.#newestSerial, new Float64Array(rows * this.recipientsMax));
    this.#newestMsgId = widened(this.#newestMsgId, new Float64Array(rows * this.recipientsMax));
    this.#slots = new Int32Array(2 * rows).fill(NONE);
    // It is full: all the rows before are in use.
    for (let row = 0; row < rows / 2; row++) {
      this.#slots[this.#slotOf(this.#senderDevice[row] as number, this.#target[row] as number)] = row;
    }
  }
}

/** Spreads streams over all of 32 bits, the low ones too. */
function placeOf(senderDevice: number, target: number): number {
  const mixed = Math.imul(senderDevice, 0x9e3779b1) ^ Math.imul(target, 0x85ebca77);
  return mixed ^ (mixed >>> 15);
}

function widened<T extends Int32Array | Float64Array>(old: T, bigger: T): T {
  bigger.set(old);
  return bigger;
}

function raises(most: Float64Array, at: number, value: number): boolean {
  if (value <= (most[at] as number)) return false;
  most[at] = value;
  return true;
}
