const INITIAL_ROWS = 256;

/**
 * A stream is what one device sends to one user. It has a row only while a message of it is in flight: order can only be
 * broken between messages that are under way together.
 */
export class StreamTable {
  /** Messages of the stream in flight. */
  inFlight = new Int32Array(INITIAL_ROWS);
  /** Those of them whose ack is awaited. */
  unacked = new Int32Array(INITIAL_ROWS);
  #newestSerial: Float64Array;
  #newestMsgId: Float64Array;
  #keys = new Float64Array(INITIAL_ROWS);
  readonly #rowOf = new Map<number, number>();
  readonly #free: number[] = [];
  #rows = 0;

  constructor(private readonly recipientsMax: number) {
    this.#newestSerial = new Float64Array(INITIAL_ROWS * recipientsMax);
    this.#newestMsgId = new Float64Array(INITIAL_ROWS * recipientsMax);
  }

  find(key: number): number | undefined {
    return this.#rowOf.get(key);
  }

  /** The row of a stream, with one message in flight and unacked more than before. */
  add(key: number): number {
    let row = this.#rowOf.get(key);
    if (row === undefined) {
      row = this.#take();
      this.#rowOf.set(key, row);
      this.#keys[row] = key;
    }
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
    this.#rowOf.delete(this.#keys[row] as number);
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

  #take(): number {
    const row = this.#free.pop() ?? this.#rows++;
    if (row >= this.inFlight.length) this.#grow();
    this.inFlight[row] = 0;
    this.unacked[row] = 0;
    const end = (row + 1) * this.recipientsMax;
    for (let at = row * this.recipientsMax; at < end; at++) {
      this.#newestSerial[at] = 0;
      this.#newestMsgId[at] = 0;
    }
    return row;
  }

  #grow(): void {
    const rows = this.inFlight.length * 2;
    const widen = (old: Float64Array, length: number) => {
      const bigger = new Float64Array(length);
      bigger.set(old);
      return bigger;
    };
    const inFlight = new Int32Array(rows);
    inFlight.set(this.inFlight);
    const unacked = new Int32Array(rows);
    unacked.set(this.unacked);
    this.inFlight = inFlight;
    this.unacked = unacked;
    this.#keys = widen(this.#keys, rows);
    this.#newestSerial = widen(this.#newestSerial, rows * this.recipientsMax);
    this.#newestMsgId = widen(this.#newestMsgId, rows * this.recipientsMax);
  }
}

function raises(most: Float64Array, at: number, value: number): boolean {
  if (value <= (most[at] as number)) return false;
  most[at] = value;
  return true;
}
