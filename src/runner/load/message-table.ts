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

/**
 * The messages in flight, as rows in typed arrays. A row is taken when a message is sent and free again once it is acked
 * and everybody has it, so memory follows the number in flight and not the number sent.
 */
export class MessageTable {
  state = new Uint8Array(INITIAL_ROWS);
  serial = new Float64Array(INITIAL_ROWS);
  senderDevice = new Int32Array(INITIAL_ROWS);
  targetUser = new Int32Array(INITIAL_ROWS);
  /** Bit for each recipient that must get the message. */
  expected = new Uint32Array(INITIAL_ROWS);
  /** Bit for each of those that has not got it yet. */
  pending = new Uint32Array(INITIAL_ROWS);
  /** As the ack or the first delivery says; 0 = not known yet. */
  msgId = new Float64Array(INITIAL_ROWS);
  stream = new Int32Array(INITIAL_ROWS);
  intendedMs = new Float64Array(INITIAL_ROWS);
  sentMs = new Float64Array(INITIAL_ROWS);
  /** 1 = its ack came too late to say anything about order. */
  unordered = new Uint8Array(INITIAL_ROWS);

  readonly #free: number[] = [];
  #rows = 0;
  #live = 0;

  constructor(private readonly rowsMax: number) {}

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
    return row;
  }

  release(row: number): void {
    this.state[row] = MessageState.free;
    this.#live--;
    this.#free.push(row);
  }

  #grow(): void {
    const length = this.state.length * 2;
    this.state = grown(this.state, new Uint8Array(length));
    this.serial = grown(this.serial, new Float64Array(length));
    this.senderDevice = grown(this.senderDevice, new Int32Array(length));
    this.targetUser = grown(this.targetUser, new Int32Array(length));
    this.expected = grown(this.expected, new Uint32Array(length));
    this.pending = grown(this.pending, new Uint32Array(length));
    this.msgId = grown(this.msgId, new Float64Array(length));
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
