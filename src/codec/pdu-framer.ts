import { checkedLength, HEADER_SIZE, type PduLimits } from "./pdu-header.js";

/**
 * Receives one whole PDU: `bytes[start, end)`, header included. The bytes belong to the caller of `push` and are only
 * valid during the call: what is kept must be copied. Returning `false` stops the framer for good.
 */
export type PduSink = (bytes: Buffer, start: number, end: number) => boolean | undefined;

const LENGTH_FIELD_SIZE = 4;
const CARRY_INITIAL_BYTES = 1024;

/**
 * Cuts a byte stream into PDUs, whatever the chunks (FRM-02, FRM-03). Length is read in place; only a partial tail is
 * copied, into a carry buffer that grows with what has arrived, never with what a length field promises.
 */
export class PduFramer {
  #carry: Buffer | undefined;
  #carried = 0;
  #stopped = false;

  constructor(
    private readonly limits: PduLimits,
    private readonly sink: PduSink,
  ) {}

  /** Bytes of an unfinished PDU held back. */
  get pendingBytes(): number {
    return this.#carried;
  }

  /**
   * Takes the next bytes, `chunk[0, end)`.
   * @throws ProtocolError PDU_LENGTH_TOO_SMALL or PDU_TOO_LARGE; the stream is out of step then and must be closed.
   */
  push(chunk: Buffer, end = chunk.length): void {
    if (this.#stopped) return;
    let at = 0;
    if (this.#carried > 0) {
      at = this.#finishCarried(chunk, end);
      if (at < 0) return;
    }
    while (end - at >= LENGTH_FIELD_SIZE) {
      const pduEnd = at + checkedLength(chunk, at, this.limits, end);
      if (pduEnd > end) break;
      if (pduEnd < at + HEADER_SIZE) {
        // Swallowed, once there is enough for a header: nothing below looks at less.
        if (end < at + HEADER_SIZE) break;
      } else if (this.sink(chunk, at, pduEnd) === false) return this.stop();
      at = pduEnd;
    }
    if (at < end) this.#carryOver(chunk, at, end);
  }

  /** Ignores everything from here on; safe to call from inside the sink. */
  stop(): void {
    this.#stopped = true;
    this.#carry = undefined;
    this.#carried = 0;
  }

  /** Completes the carried PDU from the chunk; returns where the chunk goes on, or -1 when it is used up. */
  #finishCarried(chunk: Buffer, end: number): number {
    let at = 0;
    if (this.#carried < LENGTH_FIELD_SIZE) {
      const missing = Math.min(LENGTH_FIELD_SIZE - this.#carried, end);
      this.#carryOver(chunk, 0, missing);
      at = missing;
      if (this.#carried < LENGTH_FIELD_SIZE) return -1;
    }
    const carry = this.#carry as Buffer;
    const length = checkedLength(carry, 0, this.limits, this.#carried);
    if (length < HEADER_SIZE) {
      this.#swallow(length, chunk, at, end);
      return -1;
    }
    const missing = length - this.#carried;
    if (end - at < missing) {
      this.#carryOver(chunk, at, end);
      return -1;
    }
    this.#carryOver(chunk, at, at + missing);
    const whole = this.#carry as Buffer;
    this.#carry = undefined;
    this.#carried = 0;
    if (this.sink(whole, 0, length) === false) this.stop();
    return this.#stopped ? -1 : at + missing;
  }

  /** FRM-05, as the original servers: so many bytes of the carried ones and the chunk are skipped, the rest is pushed anew. */
  #swallow(length: number, chunk: Buffer, start: number, end: number): void {
    this.#carryOver(chunk, start, end);
    if (this.#carried < HEADER_SIZE) return;
    const rest = (this.#carry as Buffer).subarray(length, this.#carried);
    this.#carry = undefined;
    this.#carried = 0;
    this.push(rest);
  }

  #carryOver(chunk: Buffer, start: number, end: number): void {
    const needed = this.#carried + end - start;
    if (this.#carry === undefined || this.#carry.length < needed) {
      const grown = Buffer.allocUnsafeSlow(
        Math.max(CARRY_INITIAL_BYTES, HEADER_SIZE, 2 ** Math.ceil(Math.log2(needed))),
      );
      this.#carry?.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    chunk.copy(this.#carry, this.#carried, start, end);
    this.#carried = needed;
  }
}
