const INITIAL_ROWS = 256;
const NONE = -1;
// What is known of a row lies together.
const SENDER_DEVICE = 0;
const TARGET = 1;
/** Messages of the stream in flight. */
const IN_FLIGHT = 2;
/** Those of them whose ack is awaited. */
const UNACKED = 3;
const FIELDS = 4;

/**
 * A stream is what one device sends to one target. It has a row only while a message of it is in flight: order can only be
 * broken between messages that are under way together. Hot: rows are found by a table with open addressing, in which
 * nothing is allocated for a message.
 */
export class StreamTable {
  #rows = new Int32Array(INITIAL_ROWS * FIELDS);
  /** For each row and recipient the newest serial, then the greatest msg_id. */
  #newest: Float64Array;
  /** Rows by what `placeOf` makes of the stream, or behind that; at most half of it is in use. */
  #slots = new Int32Array(2 * INITIAL_ROWS).fill(NONE);
  readonly #free: number[] = [];
  #used = 0;

  constructor(private readonly recipientsMax: number) {
    this.#newest = new Float64Array(INITIAL_ROWS * recipientsMax * 2);
  }

  /** Whether a message of the stream awaits its ack. */
  isAwaitingAck(senderDevice: number, target: number): boolean {
    const row = this.#slots[this.#slotOf(senderDevice, target)] as number;
    return row !== NONE && (this.#rows[row * FIELDS + UNACKED] as number) > 0;
  }

  /** The row of a stream, with one message in flight and unacked more than before. */
  add(senderDevice: number, target: number): number {
    const slot = this.#slotOf(senderDevice, target);
    let row = this.#slots[slot] as number;
    if (row === NONE) row = this.#take(slot, senderDevice, target);
    this.#change(row, IN_FLIGHT, 1);
    this.#change(row, UNACKED, 1);
    return row;
  }

  acked(row: number): void {
    this.#change(row, UNACKED, -1);
  }

  /** A message of the stream is no longer in flight; the stream goes with its last one. */
  remove(row: number): void {
    this.#change(row, IN_FLIGHT, -1);
    const at = row * FIELDS;
    if ((this.#rows[at + IN_FLIGHT] as number) > 0) return;
    this.#empty(this.#slotOf(this.#rows[at + SENDER_DEVICE] as number, this.#rows[at + TARGET] as number));
    this.#free.push(row);
  }

  /** Notes an arrival at a recipient. False when the recipient already has a message of the stream that was sent later (MSG-09). */
  isNewer(row: number, recipient: number, serial: number): boolean {
    return this.#raises((row * this.recipientsMax + recipient) * 2, serial);
  }

  /** Notes the msg_id of an arrival, once it is beyond doubt. False when the recipient already has a greater one (MSG-09). */
  isGreater(row: number, recipient: number, msgId: number): boolean {
    return this.#raises((row * this.recipientsMax + recipient) * 2 + 1, msgId);
  }

  #take(slot: number, senderDevice: number, target: number): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row * FIELDS >= this.#rows.length) {
      this.#grow();
      this.#slots[this.#slotOf(senderDevice, target)] = row;
    } else this.#slots[slot] = row;
    const at = row * FIELDS;
    this.#rows[at + SENDER_DEVICE] = senderDevice;
    this.#rows[at + TARGET] = target;
    this.#rows[at + IN_FLIGHT] = 0;
    this.#rows[at + UNACKED] = 0;
    const end = (row + 1) * this.recipientsMax * 2;
    for (let place = row * this.recipientsMax * 2; place < end; place++) this.#newest[place] = 0;
    return row;
  }

  #change(row: number, field: number, by: number): void {
    const at = row * FIELDS + field;
    this.#rows[at] = (this.#rows[at] as number) + by;
  }

  #raises(at: number, value: number): boolean {
    if (value <= (this.#newest[at] as number)) return false;
    this.#newest[at] = value;
    return true;
  }

  /** Where the stream is, or would be. */
  #slotOf(senderDevice: number, target: number): number {
    const slots = this.#slots;
    const rows = this.#rows;
    const mask = slots.length - 1;
    let slot = placeOf(senderDevice, target) & mask;
    for (;;) {
      const row = slots[slot] as number;
      if (row === NONE) return slot;
      const at = row * FIELDS;
      if (rows[at + SENDER_DEVICE] === senderDevice && rows[at + TARGET] === target) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Moves up what would not be found behind an empty slot. */
  #empty(slot: number): void {
    const mask = this.#slots.length - 1;
    let gap = slot;
    for (let place = (gap + 1) & mask; ; place = (place + 1) & mask) {
      const row = this.#slots[place] as number;
      if (row === NONE) break;
      const at = row * FIELDS;
      const wanted = placeOf(this.#rows[at + SENDER_DEVICE] as number, this.#rows[at + TARGET] as number) & mask;
      if (((place - wanted) & mask) < ((place - gap) & mask)) continue;
      this.#slots[gap] = row;
      gap = place;
    }
    this.#slots[gap] = NONE;
  }

  /** It is full: all the rows before are in use. */
  #grow(): void {
    const fields = this.#rows.length;
    const rows = new Int32Array(fields * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    const newest = new Float64Array(this.#newest.length * 2);
    newest.set(this.#newest);
    this.#newest = newest;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let at = 0; at < fields; at += FIELDS) {
      const slot = this.#slotOf(rows[at + SENDER_DEVICE] as number, rows[at + TARGET] as number);
      this.#slots[slot] = at / FIELDS;
    }
  }
}

/** Spreads streams over all of 32 bits, the low ones too. */
function placeOf(senderDevice: number, target: number): number {
  const mixed = Math.imul(senderDevice, 0x9e3779b1) ^ Math.imul(target, 0x85ebca77);
  return mixed ^ (mixed >>> 15);
}
