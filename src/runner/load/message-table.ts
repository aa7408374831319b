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

/**
 * The messages in flight, as rows in typed arrays. A row is taken when a message is sent and free again once it is acked
 * and everybody has it, so memory follows the number in flight and not the number sent. Hot: `RowMemory` says why its fields
 * are literals. They are the doubles 0 serial, 1 intendedMs, 2 sentMs; the integers 6 msgId, 7 earlyMsgId, 8 state,
 * 9 senderDevice, 10 target, 11 pending, 12 stream, 13 isUnordered, and 14 and 15 for the bits of few recipients.
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
    const double = row * 16;
    doubles[double] = serial;
    doubles[double + 1] = intendedMs;
    doubles[double + 2] = sentMs;
    const int = row * 32;
    ints[int + 6] = 0;
    ints[int + 7] = 0;
    ints[int + 8] = MessageState.sent;
    ints[int + 9] = senderDevice;
    ints[int + 10] = target;
    ints[int + 11] = 0;
    ints[int + 13] = 0;
    ints[int + 14] = 0;
    ints[int + 15] = 0;
    if (this.#words > 1) this.#clearManyBits(row);
    return row;
  }

  serial(row: number): number {
    return this.memory.doubles[row * 16] as number;
  }

  intendedMs(row: number): number {
    return this.memory.doubles[row * 16 + 1] as number;
  }

  sentMs(row: number): number {
    return this.memory.doubles[row * 16 + 2] as number;
  }

  /** As the ack says; 0 = not known yet. */
  msgId(row: number): number {
    return this.memory.ints[row * 32 + 6] as number;
  }

  /** As the first of the deliveries says that came before the ack; 0 = none did. */
  earlyMsgId(row: number): number {
    return this.memory.ints[row * 32 + 7] as number;
  }

  state(row: number): MessageState {
    return this.memory.ints[row * 32 + 8] as MessageState;
  }

  senderDevice(row: number): number {
    return this.memory.ints[row * 32 + 9] as number;
  }

  target(row: number): number {
    return this.memory.ints[row * 32 + 10] as number;
  }

  /** How many of the recipients that must get the message have not got it yet. */
  pending(row: number): number {
    return this.memory.ints[row * 32 + 11] as number;
  }

  stream(row: number): number {
    return this.memory.ints[row * 32 + 12] as number;
  }

  /** Its ack came too late to say anything about order. */
  isUnordered(row: number): boolean {
    return this.memory.ints[row * 32 + 13] === 1;
  }

  setMsgId(row: number, msgId: number): void {
    this.memory.ints[row * 32 + 6] = msgId;
  }

  setEarlyMsgId(row: number, msgId: number): void {
    this.memory.ints[row * 32 + 7] = msgId;
  }

  setState(row: number, state: MessageState): void {
    this.memory.ints[row * 32 + 8] = state;
  }

  setStream(row: number, stream: number): void {
    this.memory.ints[row * 32 + 12] = stream;
  }

  setUnordered(row: number): void {
    this.memory.ints[row * 32 + 13] = 1;
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
    const at = row * 32 + 11;
    ints[at] = (ints[at] as number) + change;
  }

  #bits(): Uint32Array {
    return this.#words === 1 ? this.memory.ints : this.#manyBits;
  }

  #wordOf(row: number, recipient: number): number {
    return this.#words === 1 ? row * 32 + 14 : row * 2 * this.#words + Math.floor(recipient / WORD_BITS);
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
