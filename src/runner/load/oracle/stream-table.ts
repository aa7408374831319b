const INITIAL_ROWS = 256;
const NONE = -1;
// What is known of a row lies together: integers, then two doubles for each recipient.
const SENDER_DEVICE = 0;
const TARGET = 1;
/** Messages of the stream in flight. */
const IN_FLIGHT = 2;
/** Those of them whose ack is awaited. */
const UNACKED = 3;
/** For each recipient the newest serial, then the greatest msg_id. */
const NEWEST_DOUBLE = 2;
// Of a slot.
const ROW = 0;
const PLACE = 1;
const SLOT_FIELDS = 2;
/** A line of the cache: a row of few recipients is as long. */
const LINE_DOUBLES = 8;

/**
 * A stream is what one device sends to one target. It has a row only while a message of it is in flight: order can only be
 * broken between messages that are under way together. Hot: rows are found by a table with open addressing, in which
 * nothing is allocated for a message.
 */
export class StreamTable {
  #ints: Int32Array;
  #doubles: Float64Array;
  readonly #rowDoubles: number;
  /**
   * By what `placeOf` makes of the stream, or behind that, its row and its place, so that no row need be looked at but the
   * stream's own; at most half of it is in use.
   */
  #slots = new Int32Array(2 * INITIAL_ROWS * SLOT_FIELDS).fill(NONE);
  readonly #free: number[] = [];
  #used = 0;

  constructor(recipientsMax: number) {
    this.#rowDoubles = Math.ceil((NEWEST_DOUBLE + 2 * recipientsMax) / LINE_DOUBLES) * LINE_DOUBLES;
    this.#doubles = new Float64Array(INITIAL_ROWS * this.#rowDoubles);
    this.#ints = new Int32Array(this.#doubles.buffer);
  }

  /** Whether a message of the stream awaits its ack. */
  isAwaitingAck(senderDevice: number, target: number): boolean {
    const row = this.#slots[this.#slotOf(senderDevice, target) + ROW] as number;
    return row !== NONE && (this.#ints[this.#intsAt(row) + UNACKED] as number) > 0;
  }

  /** The row of a stream, with one message in flight and unacked more than before. */
  add(senderDevice: number, target: number): number {
    const slot = this.#slotOf(senderDevice, target);
    let row = this.#slots[slot + ROW] as number;
    if (row === NONE) row = this.#take(slot, senderDevice, target);
    const ints = this.#ints;
    const at = this.#intsAt(row);
    ints[at + IN_FLIGHT] = (ints[at + IN_FLIGHT] as number) + 1;
    ints[at + UNACKED] = (ints[at + UNACKED] as number) + 1;
    return row;
  }

  acked(row: number): void {
    const ints = this.#ints;
    const at = this.#intsAt(row) + UNACKED;
    ints[at] = (ints[at] as number) - 1;
  }

  /** A message of the stream is no longer in flight; the stream goes with its last one. */
  remove(row: number): void {
    const ints = this.#ints;
    const at = this.#intsAt(row);
    const inFlight = (ints[at + IN_FLIGHT] as number) - 1;
    ints[at + IN_FLIGHT] = inFlight;
    if (inFlight > 0) return;
    this.#empty(this.#slotOf(ints[at + SENDER_DEVICE] as number, ints[at + TARGET] as number));
    this.#free.push(row);
  }

  /** Notes an arrival at a recipient. False when the recipient already has a message of the stream that was sent later (MSG-09). */
  isNewer(row: number, recipient: number, serial: number): boolean {
    return this.#raises(this.#newestAt(row, recipient), serial);
  }

  /** Notes the msg_id of an arrival, once it is beyond doubt. False when the recipient already has a greater one (MSG-09). */
  isGreater(row: number, recipient: number, msgId: number): boolean {
    return this.#raises(this.#newestAt(row, recipient) + 1, msgId);
  }

  #take(slot: number, senderDevice: number, target: number): number {
    const row = this.#free.pop() ?? this.#used++;
    if (row * this.#rowDoubles >= this.#doubles.length) {
      this.#grow();
      this.#fill(this.#slotOf(senderDevice, target), row, senderDevice, target);
    } else this.#fill(slot, row, senderDevice, target);
    const ints = this.#ints;
    const at = this.#intsAt(row);
    ints[at + SENDER_DEVICE] = senderDevice;
    ints[at + TARGET] = target;
    ints[at + IN_FLIGHT] = 0;
    ints[at + UNACKED] = 0;
    const doubles = this.#doubles;
    const end = (row + 1) * this.#rowDoubles;
    for (let place = this.#newestAt(row, 0); place < end; place++) doubles[place] = 0;
    return row;
  }

  #fill(slot: number, row: number, senderDevice: number, target: number): void {
    this.#slots[slot + ROW] = row;
    this.#slots[slot + PLACE] = placeOf(senderDevice, target);
  }

  #intsAt(row: number): number {
    return row * this.#rowDoubles * 2;
  }

  #newestAt(row: number, recipient: number): number {
    return row * this.#rowDoubles + NEWEST_DOUBLE + recipient * 2;
  }

  #raises(at: number, value: number): boolean {
    const doubles = this.#doubles;
    if (value <= (doubles[at] as number)) return false;
    doubles[at] = value;
    return true;
  }

  /** Where the stream's slot is, or would be. */
  #slotOf(senderDevice: number, target: number): number {
    const slots = this.#slots;
    const ints = this.#ints;
    const mask = slots.length - 1;
    const place = placeOf(senderDevice, target);
    let slot = Math.imul(place, SLOT_FIELDS) & mask;
    for (;;) {
      const row = slots[slot + ROW] as number;
      if (row === NONE) return slot;
      if (slots[slot + PLACE] === place) {
        const at = this.#intsAt(row);
        if (ints[at + SENDER_DEVICE] === senderDevice && ints[at + TARGET] === target) return slot;
      }
      slot = (slot + SLOT_FIELDS) & mask;
    }
  }

  /** Moves up what would not be found behind an empty slot. */
  #empty(slot: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = slot;
    for (let at = (gap + SLOT_FIELDS) & mask; ; at = (at + SLOT_FIELDS) & mask) {
      const row = slots[at + ROW] as number;
      if (row === NONE) break;
      const place = slots[at + PLACE] as number;
      const wanted = Math.imul(place, SLOT_FIELDS) & mask;
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
      slots[gap + ROW] = row;
      slots[gap + PLACE] = place;
      gap = at;
    }
    slots[gap + ROW] = NONE;
  }

  /** It is full: all the rows before are in use. */
  #grow(): void {
    const rows = this.#doubles.length / this.#rowDoubles;
    const doubles = new Float64Array(this.#doubles.length * 2);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    const ints = new Int32Array(doubles.buffer);
    this.#ints = ints;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let row = 0; row < rows; row++) {
      const at = this.#intsAt(row);
      const [senderDevice, target] = [ints[at + SENDER_DEVICE] as number, ints[at + TARGET] as number];
      this.#fill(this.#slotOf(senderDevice, target), row, senderDevice, target);
    }
  }
}

/** Spreads streams over all of 32 bits, the low ones too. */
function placeOf(senderDevice: number, target: number): number {
  const mixed = Math.imul(senderDevice, 0x9e3779b1) ^ Math.imul(target, 0x85ebca77);
  return mixed ^ (mixed >>> 15);
}
