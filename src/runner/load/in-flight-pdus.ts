/** All of them together; beyond it nothing more is kept, and witnesses have less to show. */
const KEPT_MAX_BYTES = 64 * 1024 * 1024;
const BUFFER_MIN_BYTES = 64;

/**
 * What came for the messages in flight, byte for byte: the ack, and what each device received. Servers send all devices the
 * same, so that one copy stands for all of them but those that got something else. Memory is that of messages in flight:
 * a row's buffers pass on to the row's next message.
 */
export class InFlightPdus {
  readonly #acks = new RowPdus();
  readonly #deliveries = new RowPdus();
  /** By row, then recipient. */
  readonly #others = new Map<number, Map<number, Buffer>>();
  #otherBytes = 0;

  constructor(private readonly keptMaxBytes = KEPT_MAX_BYTES) {}

  /** Another message has the row. */
  begin(row: number): void {
    this.#acks.forget(row);
    this.#deliveries.forget(row);
    if (this.#others.size > 0) this.#forgetOthers(row);
  }

  /** Hot. */
  acked(row: number, bytes: Buffer, start: number, end: number): void {
    this.#acks.keep(row, bytes, start, end, this.#leftBytes);
  }

  /** Hot. */
  received(row: number, recipient: number, bytes: Buffer, start: number, end: number): void {
    if (this.#deliveries.isEmpty(row)) {
      this.#deliveries.keep(row, bytes, start, end, this.#leftBytes);
      return;
    }
    if (!this.#deliveries.isSame(row, bytes, start, end)) this.#keepOther(row, recipient, bytes.subarray(start, end));
  }

  /** A view, valid until the row's next message; undefined when it was not kept. */
  ackOf(row: number): Buffer | undefined {
    return this.#acks.of(row);
  }

  /** The same, for a recipient that has the message. */
  receivedBy(row: number, recipient: number): Buffer | undefined {
    return this.#others.get(row)?.get(recipient) ?? this.#deliveries.of(row);
  }

  get #leftBytes(): number {
    return this.keptMaxBytes - this.#otherBytes - this.#acks.heldBytes - this.#deliveries.heldBytes;
  }

  #keepOther(row: number, recipient: number, pdu: Buffer): void {
    const ofRow = this.#others.get(row) ?? new Map<number, Buffer>();
    // Without its bytes it must not pass for what the first one got.
    const kept = pdu.length <= this.#leftBytes ? Buffer.from(pdu) : Buffer.alloc(0);
    this.#otherBytes += kept.length;
    this.#others.set(row, ofRow.set(recipient, kept));
  }

  #forgetOthers(row: number): void {
    for (const pdu of this.#others.get(row)?.values() ?? []) this.#otherBytes -= pdu.length;
    this.#others.delete(row);
  }
}

/** One PDU for each row, at most. */
export class RowPdus {
  heldBytes = 0;
  readonly #buffers: (Buffer | undefined)[] = [];
  readonly #lengths: number[] = [];

  isEmpty(row: number): boolean {
    return (this.#lengths[row] ?? 0) === 0;
  }

  forget(row: number): void {
    this.#lengths[row] = 0;
  }

  keep(row: number, bytes: Buffer, start: number, end: number, leftBytes: number): void {
    const length = end - start;
    let buffer = this.#buffers[row];
    if (buffer === undefined || buffer.length < length) {
      const size = Math.max(BUFFER_MIN_BYTES, 2 ** Math.ceil(Math.log2(length)));
      if (size > leftBytes) return;
      this.heldBytes += size - (buffer?.length ?? 0);
      buffer = Buffer.allocUnsafe(size);
      this.#buffers[row] = buffer;
    }
    bytes.copy(buffer, 0, start, end);
    this.#lengths[row] = length;
  }

  isSame(row: number, bytes: Buffer, start: number, end: number): boolean {
    const length = this.#lengths[row] as number;
    return length === end - start && bytes.compare(this.#buffers[row] as Buffer, 0, length, start, end) === 0;
  }

  of(row: number): Buffer | undefined {
    return this.isEmpty(row) ? undefined : this.#buffers[row]?.subarray(0, this.#lengths[row]);
  }
}
