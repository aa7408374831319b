import type { RowMemory } from "./row-memory.js";

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

// biome-ignore lint/suspicious/noConstEnum: see RowMemory
const enum Int {
  perRow = 32,
  msgId = 6,
  earlyMsgId = 7,
  state = 8,
  senderDevice = 9,
  target = 10,
  pending = 11,
  stream = 12,
  unordered = 13,
  /** Of few recipients a bit each. */
  mustGet = 14,
  hasNotGot = 15,
}
// biome-ignore lint/suspicious/noConstEnum: likewise
const enum Double {
  perRow = 16,
  serial = 0,
  intendedMs = 1,
  sentMs = 2,
}

/**
 * The messages in flight, as rows in typed arrays. A row is taken when a message is sent and free again once it is acked
 * and everybody has it, so memory follows the number in flight and not the number sent. Hot.
 */
export class MessageTable {
  /**
   * For each row a bit for each recipient that must get the message, then one for each of those that has not yet: in rows of
   * their own when there are more recipients than bits in a word.
   */
  #manyBits: Uint32Array;
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
    this.#manyBits = new Uint32Array(this.#words === 1 ? 0 : INITIAL_ROWS * 2 * this.#words);
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
    const { doubles, ints } = this.memory;
    const double = row * Double.perRow;
    doubles[double + Double.serial] = serial;
    doubles[double + Double.intendedMs] = intendedMs;
    doubles[double + Double.sentMs] = sentMs;
    const int = row * Int.perRow;
    ints[int + Int.msgId] = 0;
    ints[int + Int.earlyMsgId] = 0;
    ints[int + Int.state] = MessageState.sent;
    ints[int + Int.senderDevice] = senderDevice;
    ints[int + Int.target] = target;
    ints[int + Int.pending] = 0;
    ints[int + Int.unordered] = 0;
    ints[int + Int.mustGet] = 0;
    ints[int + Int.hasNotGot] = 0;
    if (this.#words > 1) this.#clearManyBits(row);
    return row;
  }

  serial(row: number): number {
    return this.memory.doubles[row * Double.perRow + Double.serial] as number;
  }

  intendedMs(row: number): number {
    return this.memory.doubles[row * Double.perRow + Double.intendedMs] as number;
  }

  sentMs(row: number): number {
    return this.memory.doubles[row * Double.perRow + Double.sentMs] as number;
  }

  /** As the ack says; 0 = not known yet. */
  msgId(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.msgId] as number;
  }

  /** As the first of the deliveries says that came before the ack; 0 = none did. */
  earlyMsgId(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.earlyMsgId] as number;
  }

  /** As far as it is known. */
  likelyMsgId(row: number): number {
    return this.msgId(row) || this.earlyMsgId(row);
  }

  state(row: number): MessageState {
    return this.memory.ints[row * Int.perRow + Int.state] as MessageState;
  }

  senderDevice(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.senderDevice] as number;
  }

  target(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.target] as number;
  }

  /** How many of the recipients that must get the message have not got it yet. */
  pending(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.pending] as number;
  }

  stream(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.stream] as number;
  }

  /** Its ack came too late to say anything about order. */
  isUnordered(row: number): boolean {
    return this.memory.ints[row * Int.perRow + Int.unordered] === 1;
  }

  setMsgId(row: number, msgId: number): void {
    this.memory.ints[row * Int.perRow + Int.msgId] = msgId;
  }

  setEarlyMsgId(row: number, msgId: number): void {
    this.memory.ints[row * Int.perRow + Int.earlyMsgId] = msgId;
  }

  setState(row: number, state: MessageState): void {
    this.memory.ints[row * Int.perRow + Int.state] = state;
  }

  setStream(row: number, stream: number): void {
    this.memory.ints[row * Int.perRow + Int.stream] = stream;
  }

  setUnordered(row: number): void {
    this.memory.ints[row * Int.perRow + Int.unordered] = 1;
  }

  /** The recipient must get the message. */
  expect(row: number, recipient: number): void {
    const bits = this.#bits();
    const word = this.#wordOf(row, recipient);
    const pendingWord = word + this.#words;
    const mask = 1 << (recipient % WORD_BITS);
    bits[word] = (bits[word] as number) | mask;
    bits[pendingWord] = (bits[pendingWord] as number) | mask;
    this.#addPending(row, 1);
  }

  isExpected(row: number, recipient: number): boolean {
    return ((this.#bits()[this.#wordOf(row, recipient)] as number) & (1 << (recipient % WORD_BITS))) !== 0;
  }

  isPending(row: number, recipient: number): boolean {
    const word = this.#wordOf(row, recipient) + this.#words;
    return ((this.#bits()[word] as number) & (1 << (recipient % WORD_BITS))) !== 0;
  }

  /** The recipient, which is pending, has the message or need not be waited for. */
  settle(row: number, recipient: number): void {
    const bits = this.#bits();
    const word = this.#wordOf(row, recipient) + this.#words;
    bits[word] = (bits[word] as number) & ~(1 << (recipient % WORD_BITS));
    this.#addPending(row, -1);
  }

  /** The recipient may get the message or not. */
  excuse(row: number, recipient: number): void {
    const bits = this.#bits();
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
    const at = row * Int.perRow + Int.pending;
    ints[at] = (ints[at] as number) + change;
  }

  #bits(): Uint32Array {
    return this.#words === 1 ? this.memory.ints : this.#manyBits;
  }

  #wordOf(row: number, recipient: number): number {
    return this.#words === 1
      ? row * Int.perRow + Int.mustGet
      : row * 2 * this.#words + Math.floor(recipient / WORD_BITS);
  }

  #clearManyBits(row: number): void {
    const end = (row + 1) * 2 * this.#words;
    if (end > this.#manyBits.length) {
      const grown = new Uint32Array(this.#manyBits.length * 2);
      grown.set(this.#manyBits);
      this.#manyBits = grown;
    }
    this.#manyBits.fill(0, row * 2 * this.#words, end);
  }
}
