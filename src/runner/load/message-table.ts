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

/**
 * The messages in flight, as rows in typed arrays. A row is taken when a message is sent and free again once it is acked
 * and everybody has it, so memory follows the number in flight and not the number sent.
 */
export class MessageTable {
  state = new Uint8Array(INITIAL_ROWS);
  serial = new Float64Array(INITIAL_ROWS);
  senderDevice = new Int32Array(INITIAL_ROWS);
  target = new Int32Array(INITIAL_ROWS);
  /** How many of the recipients that must get the message have not got it yet. */
  pending = new Int32Array(INITIAL_ROWS);
  /** As the ack says; 0 = not known yet. */
  msgId = new Float64Array(INITIAL_ROWS);
  /** As the first of the deliveries says that came before the ack; 0 = none did. */
  earlyMsgId = new Float64Array(INITIAL_ROWS);
  stream = new Int32Array(INITIAL_ROWS);
  intendedMs = new Float64Array(INITIAL_ROWS);
  sentMs = new Float64Array(INITIAL_ROWS);
  /** 1 = its ack came too late to say anything about order. */
  unordered = new Uint8Array(INITIAL_ROWS);

  /** For each row a bit for each recipient that must get the message; then one for each of those that has not yet. */
  #expectedBits: Uint32Array<ArrayBuffer>;
  #pendingBits: Uint32Array<ArrayBuffer>;
  readonly #words: number;
  readonly #free: number[] = [];
  #rows = 0;
  #live = 0;

  constructor(
    private readonly rowsMax: number,
    recipientsMax: number,
  ) {
    this.#words = Math.ceil(recipientsMax / WORD_BITS);
    this.#expectedBits = new Uint32Array(INITIAL_ROWS * this.#words);
    this.#pendingBits = new Uint32Array(INITIAL_ROWS * this.#words);
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

  take(): number {
    this.#live++;
    const row = this.#free.pop() ?? this.#rows++;
    if (row >= this.state.length) this.#grow();
    this.unordered[row] = 0;
    this.msgId[row] = 0;
    this.earlyMsgId[row] = 0;
    this.pending[row] = 0;
    const end = (row + 1) * this.#words;
    for (let word = row * this.#words; word < end; word++) {
      this.#expectedBits[word] = 0;
      this.#pendingBits[word] = 0;
    }
    return row;
  }

  /** The recipient must get the message. */
  expect(row: number, recipient: number): void {
    const word = this.#wordOf(row, recipient);
    const mask = 1 << (recipient % WORD_BITS);
    this.#expectedBits[word] = (this.#expectedBits[word] as number) | mask;
    this.#pendingBits[word] = (this.#pendingBits[word] as number) | mask;
    this.pending[row] = (this.pending[row] as number) + 1;
  }

  isExpected(row: number, recipient: number): boolean {
    return ((this.#expectedBits[this.#wordOf(row, recipient)] as number) & (1 << (recipient % WORD_BITS))) !== 0;
  }

  isPending(row: number, recipient: number): boolean {
    return ((this.#pendingBits[this.#wordOf(row, recipient)] as number) & (1 << (recipient % WORD_BITS))) !== 0;
  }

  /** The recipient, which is pending, has the message or need not be waited for. */
  settle(row: number, recipient: number): void {
    const word = this.#wordOf(row, recipient);
    this.#pendingBits[word] = (this.#pendingBits[word] as number) & ~(1 << (recipient % WORD_BITS));
    this.pending[row] = (this.pending[row] as number) - 1;
  }

  /** The recipient may get the message or not. */
  excuse(row: number, recipient: number): void {
    const word = this.#wordOf(row, recipient);
    this.#expectedBits[word] = (this.#expectedBits[word] as number) & ~(1 << (recipient % WORD_BITS));
  }

  release(row: number): void {
    this.state[row] = MessageState.free;
    this.#live--;
    this.#free.push(row);
  }

  #wordOf(row: number, recipient: number): number {
    return row * this.#words + Math.floor(recipient / WORD_BITS);
  }

  #grow(): void {
    const length = this.state.length * 2;
    this.state = grown(this.state, new Uint8Array(length));
    this.serial = grown(this.serial, new Float64Array(length));
    this.senderDevice = grown(this.senderDevice, new Int32Array(length));
    this.target = grown(this.target, new Int32Array(length));
    this.pending = grown(this.pending, new Int32Array(length));
    this.#expectedBits = grown(this.#expectedBits, new Uint32Array(length * this.#words));
    this.#pendingBits = grown(this.#pendingBits, new Uint32Array(length * this.#words));
    this.msgId = grown(this.msgId, new Float64Array(length));
    this.earlyMsgId = grown(this.earlyMsgId, new Float64Array(length));
    this.stream = grown(this.stream, new Int32Array(length));
    this.intendedMs = grown(this.intendedMs, new Float64Array(length));
    this.sentMs = grown(this.sentMs, new Float64Array(length));
    this.unordered = grown(this.unordered, new Uint8Array(length));
  }
}

function grown<T extends { set(from: ArrayLike<number>): void }>(old: T & ArrayLike<number>, bigger: T): T {
  bigger.set(old);
  return bigger;
}
