import { MESSAGE_AT_BYTE, ROW_DOUBLES, ROW_INTS, type RowMemory } from "./row-memory.js";

const INITIAL_ROWS = 1024;

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

const WORD_BITS = 32;

// Of a row: doubles, then integers.
const SERIAL = MESSAGE_AT_BYTE / 8;
const INTENDED_MS = SERIAL + 1;
const SENT_MS = SERIAL + 2;
const MSG_ID = MESSAGE_AT_BYTE / 4 + 6;
const EARLY_MSG_ID = MSG_ID + 1;
const STATE = MSG_ID + 2;
const SENDER_DEVICE = MSG_ID + 3;
const TARGET = MSG_ID + 4;
const PENDING = MSG_ID + 5;
const STREAM = MSG_ID + 6;
const UNORDERED = MSG_ID + 7;
/** Two words, when they are enough. */
const BITS = MSG_ID + 8;

/**
 * The messages in flight, as rows in typed arrays. A row is taken when a message is sent and free again once it is acked
 * and everybody has it, so memory follows the number in flight and not the number sent. Hot.
 */
export class MessageTable {
  /**
   * For each row a bit for each recipient that must get the message, then one for each of those that has not yet; undefined
   * = there are so few recipients that they are in the row.
   */
  #manyBits: Uint32Array | undefined;
  /** Words of each of the two. */
  readonly #words: number;
  readonly #free: number[] = [];
  #rows = 0;
  #live = 0;

  constructor(
    private readonly rowsMax: number,
    recipientsMax: number,
    private readonly memory: RowMemory,
  ) {
    this.#words = Math.ceil(recipientsMax / WORD_BITS);
    if (this.#words > 1) this.#manyBits = new Uint32Array(INITIAL_ROWS * 2 * this.#words);
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
    this.memory.hold(row);
    const double = row * ROW_DOUBLES;
    const { doubles, ints } = this.memory;
    doubles[double + SERIAL] = serial;
    doubles[double + INTENDED_MS] = intendedMs;
    doubles[double + SENT_MS] = sentMs;
    const int = row * ROW_INTS;
    ints[int + MSG_ID] = 0;
    ints[int + EARLY_MSG_ID] = 0;
    ints[int + STATE] = MessageState.sent;
    ints[int + SENDER_DEVICE] = senderDevice;
    ints[int + TARGET] = target;
    ints[int + PENDING] = 0;
    ints[int + UNORDERED] = 0;
    ints[int + BITS] = 0;
    ints[int + BITS + 1] = 0;
    if (this.#manyBits !== undefined) this.#clearBits(row);
    return row;
  }

  serial(row: number): number {
    return this.memory.doubles[row * ROW_DOUBLES + SERIAL] as number;
  }

  /** As the ack says; 0 = not known yet. */
  msgId(row: number): number {
    return this.memory.ints[row * ROW_INTS + MSG_ID] as number;
  }

  /** As the first of the deliveries says that came before the ack; 0 = none did. */
  earlyMsgId(row: number): number {
    return this.memory.ints[row * ROW_INTS + EARLY_MSG_ID] as number;
  }

  intendedMs(row: number): number {
    return this.memory.doubles[row * ROW_DOUBLES + INTENDED_MS] as number;
  }

  sentMs(row: number): number {
    return this.memory.doubles[row * ROW_DOUBLES + SENT_MS] as number;
  }

  state(row: number): MessageState {
    return this.memory.ints[row * ROW_INTS + STATE] as MessageState;
  }

  senderDevice(row: number): number {
    return this.memory.ints[row * ROW_INTS + SENDER_DEVICE] as number;
  }

  target(row: number): number {
    return this.memory.ints[row * ROW_INTS + TARGET] as number;
  }

  /** How many of the recipients that must get the message have not got it yet. */
  pending(row: number): number {
    return this.memory.ints[row * ROW_INTS + PENDING] as number;
  }

  stream(row: number): number {
    return this.memory.ints[row * ROW_INTS + STREAM] as number;
  }

  /** Its ack came too late to say anything about order. */
  isUnordered(row: number): boolean {
    return this.memory.ints[row * ROW_INTS + UNORDERED] === 1;
  }

  setState(row: number, state: MessageState): void {
    this.memory.ints[row * ROW_INTS + STATE] = state;
  }

  setMsgId(row: number, msgId: number): void {
    this.memory.ints[row * ROW_INTS + MSG_ID] = msgId;
  }

  setEarlyMsgId(row: number, msgId: number): void {
    this.memory.ints[row * ROW_INTS + EARLY_MSG_ID] = msgId;
  }

  setStream(row: number, stream: number): void {
    this.memory.ints[row * ROW_INTS + STREAM] = stream;
  }

  setUnordered(row: number): void {
    this.memory.ints[row * ROW_INTS + UNORDERED] = 1;
  }

  /** The recipient must get the message. */
  expect(row: number, recipient: number): void {
    const bits = this.#bits;
    const word = this.#wordOf(row, recipient);
    const pendingWord = word + this.#words;
    const mask = 1 << (recipient % WORD_BITS);
    bits[word] = (bits[word] as number) | mask;
    bits[pendingWord] = (bits[pendingWord] as number) | mask;
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
    const bits = this.#bits;
    const word = this.#wordOf(row, recipient) + this.#words;
    bits[word] = (bits[word] as number) & ~(1 << (recipient % WORD_BITS));
    this.#addPending(row, -1);
  }

  /** The recipient may get the message or not. */
  excuse(row: number, recipient: number): void {
    const bits = this.#bits;
    const word = this.#wordOf(row, recipient);
    bits[word] = (bits[word] as number) & ~(1 << (recipient % WORD_BITS));
  }

  release(row: number): void {
    this.setState(row, MessageState.free);
    this.#live--;
    this.#free.push(row);
  }

  #addPending(row: number, change: number): void {
    const { ints } = this.memory;
    const at = row * ROW_INTS + PENDING;
    ints[at] = (ints[at] as number) + change;
  }

  get #bits(): Uint32Array {
    return this.#manyBits ?? this.memory.ints;
  }

  #wordOf(row: number, recipient: number): number {
    if (this.#words === 1) return row * ROW_INTS + BITS;
    return row * 2 * this.#words + Math.floor(recipient / WORD_BITS);
  }

  #clearBits(row: number): void {
    const end = (row + 1) * 2 * this.#words;
    let bits = this.#bits;
    if (end > bits.length) {
      bits = new Uint32Array(bits.length * 2);
      bits.set(this.#bits);
      this.#manyBits = bits;
    }
    bits.fill(0, row * 2 * this.#words, end);
  }
}
