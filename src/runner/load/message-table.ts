/** How far a message in flight has come. */
export const MessageState = {
  free: 0,
  /** Sent, ack awaited. */
  sent: 1,
  acked: 2,
  /** No ack in time; one that comes late still counts. */
  timedOut: 3,
  /** The sender's connection was lost before the ack: whether the server took the message cannot be known. */
  abandoned: 4,
} as const;
export type MessageState = (typeof MessageState)[keyof typeof MessageState];

const INITIAL_ROWS = 1024;
const WORD_BITS = 32;

// A row is 64 bytes, a line of the cache: five doubles, then six integers in the same memory.
const ROW_DOUBLES = 8;
const SERIAL = 0;
const MSG_ID = 1;
const EARLY_MSG_ID = 2;
const INTENDED_MS = 3;
const SENT_MS = 4;
const ROW_INTS = 16;
const STATE = 10;
const SENDER_DEVICE = 11;
const TARGET = 12;
const PENDING = 13;
const STREAM = 14;
const UNORDERED = 15;

/**
 * The messages in flight, as rows in typed arrays. A row is taken when a message is sent and free again once it is acked
 * and everybody has it, so memory follows the number in flight and not the number sent. Hot: every message comes by a few
 * times, always at another row, so all that belongs to a row lies together.
 */
export class MessageTable {
  #doubles: Float64Array;
  #ints: Int32Array;
  /** For each row a bit for each recipient that must get the message, then one for each of those that has not yet. */
  #bits: Int32Array;
  /** Words of each of the two. */
  readonly #words: number;
  readonly #free: number[] = [];
  #rows = 0;
  #live = 0;

  constructor(
    private readonly rowsMax: number,
    recipientsMax: number,
  ) {
    this.#words = Math.ceil(recipientsMax / WORD_BITS);
    const memory = new ArrayBuffer(INITIAL_ROWS * ROW_DOUBLES * 8);
    this.#doubles = new Float64Array(memory);
    this.#ints = new Int32Array(memory);
    this.#bits = new Int32Array(INITIAL_ROWS * 2 * this.#words);
  }

  /** Rows in use. */
  get live(): number {
    return this.#live;
  }

  /** Rows that have ever been used; only these need to be looked at. */
  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#live >= this.rowsMax;
  }

  /** A row for a message that is being sent. */
  take(serial: number, senderDevice: number, target: number, intendedMs: number, sentMs: number): number {
    this.#live++;
    const row = this.#free.pop() ?? this.#rows++;
    if (row * ROW_DOUBLES >= this.#doubles.length) this.#grow();
    const double = row * ROW_DOUBLES;
    const doubles = this.#doubles;
    doubles[double + SERIAL] = serial;
    doubles[double + MSG_ID] = 0;
    doubles[double + EARLY_MSG_ID] = 0;
    doubles[double + INTENDED_MS] = intendedMs;
    doubles[double + SENT_MS] = sentMs;
    const int = row * ROW_INTS;
    const ints = this.#ints;
    ints[int + STATE] = MessageState.sent;
    ints[int + SENDER_DEVICE] = senderDevice;
    ints[int + TARGET] = target;
    ints[int + PENDING] = 0;
    ints[int + UNORDERED] = 0;
    const end = (row + 1) * 2 * this.#words;
    for (let word = row * 2 * this.#words; word < end; word++) this.#bits[word] = 0;
    return row;
  }

  serial(row: number): number {
    return this.#doubles[row * ROW_DOUBLES + SERIAL] as number;
  }

  /** As the ack says; 0 = not known yet. */
  msgId(row: number): number {
    return this.#doubles[row * ROW_DOUBLES + MSG_ID] as number;
  }

  /** As the first of the deliveries says that came before the ack; 0 = none did. */
  earlyMsgId(row: number): number {
    return this.#doubles[row * ROW_DOUBLES + EARLY_MSG_ID] as number;
  }

  intendedMs(row: number): number {
    return this.#doubles[row * ROW_DOUBLES + INTENDED_MS] as number;
  }

  sentMs(row: number): number {
    return this.#doubles[row * ROW_DOUBLES + SENT_MS] as number;
  }

  state(row: number): MessageState {
    return this.#ints[row * ROW_INTS + STATE] as MessageState;
  }

  senderDevice(row: number): number {
    return this.#ints[row * ROW_INTS + SENDER_DEVICE] as number;
  }

  target(row: number): number {
    return this.#ints[row * ROW_INTS + TARGET] as number;
  }

  /** How many of the recipients that must get the message have not got it yet. */
  pending(row: number): number {
    return this.#ints[row * ROW_INTS + PENDING] as number;
  }

  stream(row: number): number {
    return this.#ints[row * ROW_INTS + STREAM] as number;
  }

  /** Its ack came too late to say anything about order. */
  isUnordered(row: number): boolean {
    return this.#ints[row * ROW_INTS + UNORDERED] === 1;
  }

  setState(row: number, state: MessageState): void {
    this.#ints[row * ROW_INTS + STATE] = state;
  }

  setMsgId(row: number, msgId: number): void {
    this.#doubles[row * ROW_DOUBLES + MSG_ID] = msgId;
  }

  setEarlyMsgId(row: number, msgId: number): void {
    this.#doubles[row * ROW_DOUBLES + EARLY_MSG_ID] = msgId;
  }

  setStream(row: number, stream: number): void {
    this.#ints[row * ROW_INTS + STREAM] = stream;
  }

  setUnordered(row: number): void {
    this.#ints[row * ROW_INTS + UNORDERED] = 1;
  }

  /** The recipient must get the message. */
  expect(row: number, recipient: number): void {
    const word = this.#wordOf(row, recipient);
    const pendingWord = word + this.#words;
    const mask = 1 << (recipient % WORD_BITS);
    this.#bits[word] = (this.#bits[word] as number) | mask;
    this.#bits[pendingWord] = (this.#bits[pendingWord] as number) | mask;
    this.#addPending(row, 1);
  }

  isExpected(row: number, recipient: number): boolean {
    return ((this.#bits[this.#wordOf(row, recipient)] as number) & (1 << (recipient % WORD_BITS))) !== 0;
  }

  isPending(row: number, recipient: number): boolean {
    const word = this.#wordOf(row, recipient) + this.#words;
    return ((this.#bits[word] as number) & (1 << (recipient % WORD_BITS))) !== 0;
  }

  /** The recipient, which is pending, has the message or need not be waited for. */
  settle(row: number, recipient: number): void {
    const word = this.#wordOf(row, recipient) + this.#words;
    this.#bits[word] = (this.#bits[word] as number) & ~(1 << (recipient % WORD_BITS));
    this.#addPending(row, -1);
  }

  /** The recipient may get the message or not. */
  excuse(row: number, recipient: number): void {
    const word = this.#wordOf(row, recipient);
    this.#bits[word] = (this.#bits[word] as number) & ~(1 << (recipient % WORD_BITS));
  }

  release(row: number): void {
    this.setState(row, MessageState.free);
    this.#live--;
    this.#free.push(row);
  }

  #addPending(row: number, change: number): void {
    const at = row * ROW_INTS + PENDING;
    this.#ints[at] = (this.#ints[at] as number) + change;
  }

  #wordOf(row: number, recipient: number): number {
    return row * 2 * this.#words + Math.floor(recipient / WORD_BITS);
  }

  #grow(): void {
    const memory = new ArrayBuffer(this.#doubles.byteLength * 2);
    const doubles = new Float64Array(memory);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    this.#ints = new Int32Array(memory);
    const bits = new Int32Array(this.#bits.length * 2);
    bits.set(this.#bits);
    this.#bits = bits;
  }
}
