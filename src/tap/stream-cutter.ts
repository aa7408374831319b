import { ByteQueue } from "../codec/capture/byte-queue.js";
import { HEADER_SIZE, type PduLimits } from "../codec/pdu-header.js";

export interface StreamCutterSink {
  /** A whole PDU. The bytes stay as they are. */
  onPdu(pdu: Buffer, offset: number): void;
  /** Bytes that are none, to be passed on as they are; in order with the PDUs. */
  onRaw(bytes: Buffer): void;
  /** From here on the stream is no sequence of PDUs; called once. */
  onUnframed(offset: number): void;
  /** A PDU too long to be held begins: its bytes follow through `onRaw`. */
  onLongPdu(length: number, offset: number): void;
}

const LENGTH_FIELD_SIZE = 4;

/**
 * Cuts one direction of a live connection into PDUs without ever losing a byte: what no receiver would take for a PDU, and
 * everything after it, passes untouched, and so does a PDU that is longer than may be held.
 */
export class StreamCutter {
  readonly #queue = new ByteQueue();
  #isUnframed = false;
  /** Bytes of a long PDU that have not come yet. */
  #passing = 0;

  constructor(
    /** What may be a PDU at all. */
    private readonly limits: PduLimits,
    /** What is held until it is whole. */
    private readonly holdMaxBytes: number,
    private readonly sink: StreamCutterSink,
  ) {}

  push(chunk: Buffer): void {
    this.#queue.push(chunk);
    for (let more = true; more; ) more = this.#cutOne();
  }

  /** The stream is over: an unfinished PDU passes as it is. */
  end(): void {
    this.#pass(this.#queue.length);
  }

  #cutOne(): boolean {
    if (this.#isUnframed) return this.#pass(this.#queue.length);
    if (this.#passing > 0) {
      const passed = Math.min(this.#passing, this.#queue.length);
      this.#passing -= passed;
      return this.#pass(passed);
    }
    const start = this.#queue.peek(LENGTH_FIELD_SIZE);
    if (start === undefined) return false;
    const length = start.bytes.readUInt32BE(start.at);
    if (length < HEADER_SIZE || length > this.limits.pduSizeMaxBytes) {
      this.#isUnframed = true;
      this.sink.onUnframed(this.#queue.position);
      return true;
    }
    if (length > this.holdMaxBytes) {
      this.#passing = length;
      this.sink.onLongPdu(length, this.#queue.position);
      return true;
    }
    const whole = this.#queue.peek(length);
    if (whole === undefined) return false;
    const offset = this.#queue.position;
    const pdu = whole.bytes.subarray(whole.at, whole.at + length);
    this.#queue.skip(length);
    this.sink.onPdu(pdu, offset);
    return true;
  }

  #pass(count: number): boolean {
    const next = count === 0 ? undefined : this.#queue.peek(count);
    if (next === undefined) return false;
    const bytes = next.bytes.subarray(next.at, next.at + count);
    this.#queue.skip(count);
    this.sink.onRaw(bytes);
    return true;
  }
}
