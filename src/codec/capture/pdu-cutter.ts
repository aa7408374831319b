import { HEADER_SIZE } from "../pdu-header.js";
import { findHeader, looksLikeHeader } from "../plausible-header.js";
import type { CarryBudget } from "./carry-budget.js";

/** Why bytes of a stream were not handed over as a PDU. */
export type SkipReason =
  | "mid-stream" // before the first header: the rest of a PDU, or something else
  | "not-a-header" // what stands where a header should be is none
  | "length-out-of-range" // below 16 (FRM-04, FRM-05) or above the largest size (FRM-06)
  | "length-lies" // the next PDU begins before this one's length is over
  | "lost-segment" // the capture lacks bytes of it
  | "snap-length" // the capture kept only the first bytes of its packets
  | "cut-off" // the stream ends inside it
  | "memory-limit"; // more bytes of unfinished PDUs are held than there is room for

export interface CutSink {
  /** A whole PDU, `bytes[start, end)`, that begins at `offset` of the stream. */
  onPdu(bytes: Buffer, start: number, end: number, offset: number): void;
  /**
   * `length` bytes from `offset` on are no PDU. `bytes[start, end)` are the first of them, where they are a PDU's beginning;
   * fewer than `length` when the capture lacks some.
   */
  onSkipped(offset: number, length: number, reason: SkipReason, bytes: Buffer, start: number, end: number): void;
}

export interface PduCutterOptions {
  readonly pduSizeMaxBytes: number;
  /** The stream's first byte begins a PDU; else the first boundary must be found. */
  readonly startsAtBoundary: boolean;
  /**
   * `push` gets the sender's writes, more or less (TCP segments), not arbitrary pieces. A write that is whole PDUs from its
   * first byte on then proves that an unfinished PDU before it lied about its length.
   */
  readonly pushesAreWrites: boolean;
  /** Shared by all the cutters of a capture. */
  readonly budget: CarryBudget;
}

const nothing = Buffer.alloc(0);
const LENGTH_FIELD_SIZE = 4;
const CARRY_INITIAL_BYTES = 1024;
/** How long something with an implausible header may be and still be awaited: receivers check less than we do. */
const oddPduSizeMaxBytes = 65_536;

/** How much of the beginning of a damaged PDU is kept to be shown. */
const headSizeMaxBytes = 4096;

/** A stretch that is being left out: until a header is found, or for a known number of bytes. */
interface Skip {
  readonly start: number;
  readonly reason: SkipReason;
  /** The beginning of a damaged PDU. */
  readonly head: Buffer;
  /** Bytes left out so far. */
  length: number;
  /** Bytes still to leave out; `undefined` while a header is looked for. */
  left: number | undefined;
}

/**
 * Cuts PDUs out of a stream that may begin anywhere, have holes and contain garbage, where `PduFramer` trusts its peer and
 * gives up. Each byte ends in exactly one PDU or one skipped stretch, and after a bad PDU the next plausible header counts
 * again. What a length field promises is never allocated; only what has arrived is held.
 */
export class PduCutter {
  /** The first bytes of a PDU that is not whole yet: `#carry[0, #carried)`. */
  #carry = nothing;
  #carried = 0;
  /** Bytes that must be carried before cutting can go on. */
  #wanted = 0;
  /** Stream offset of the first byte that is neither cut nor skipped. */
  #offset = 0;
  #skip: Skip | undefined;

  constructor(
    private readonly options: PduCutterOptions,
    private readonly sink: CutSink,
  ) {
    if (!options.startsAtBoundary) this.#hunt("mid-stream");
  }

  /** Whether the next byte is expected to begin a PDU or is being searched for one: not in the middle of a PDU. */
  get isBetweenPdus(): boolean {
    return this.#skip !== undefined || this.#carried === 0;
  }

  /** Takes the next bytes of the stream. They must stay as they are: PDUs handed over are views of them. */
  push(bytes: Buffer, start = 0, end = bytes.length): void {
    if (this.#isAwaitingRest && this.#isFreshStart(bytes, start, end)) this.#giveUp("length-lies");
    if (this.#carried === 0) {
      const rest = this.#cut(bytes, start, end);
      if (rest < end) this.#carryOver(bytes, rest, end);
      return;
    }
    this.#carryOver(bytes, start, end);
    if (this.#carried >= this.#wanted) this.#cutCarried();
  }

  /** `length` bytes of the stream are not there. */
  gap(length: number, reason: "lost-segment" | "snap-length"): void {
    let left = length;
    if (this.#skip?.left !== undefined && this.#skip.left < left) {
      left -= this.#skip.left;
      this.#skipBytes(this.#skip, this.#skip.left);
    }
    const pduSize = this.#carried >= LENGTH_FIELD_SIZE ? this.#carry.readUInt32BE(0) : 0;
    if (this.#skip === undefined && pduSize >= this.#carried + left) this.#skipDamaged(pduSize, reason);
    else if (this.#skip === undefined) this.#giveUp(reason);
    if (this.#skip === undefined) this.#hunt(reason);
    this.#skipCarriedAnd(left);
  }

  /** The stream is over. The cutter may be used on: what comes after is expected to begin with a PDU. */
  end(): void {
    if (this.#skip === undefined) this.#giveUp("cut-off");
    this.#skipCarriedAnd(0);
    this.#reportSkip();
  }

  get #isAwaitingRest(): boolean {
    return this.#skip === undefined ? this.#carried > 0 : this.#skip.left !== undefined;
  }

  /** Whether a write is nothing but whole PDUs. Inside a PDU that can hardly be, unless the PDU's length is a lie. */
  #isFreshStart(bytes: Buffer, start: number, end: number): boolean {
    if (!this.options.pushesAreWrites) return false;
    let at = start;
    while (at < end && this.#looksLikeHeader(bytes, at, end)) at += bytes.readUInt32BE(at);
    return at === end && at > start;
  }

  /**
   * Cuts `bytes[start, end)`, which begins at `#offset`; returns where the bytes begin that must be carried. With `giveUp`
   * nothing is carried: what is not whole is reported for that reason. Hot.
   */
  #cut(bytes: Buffer, start: number, end: number, giveUp?: SkipReason): number {
    let at = start;
    while (at < end) {
      if (this.#skip !== undefined) {
        at = this.#cutSkip(this.#skip, bytes, at, end, giveUp !== undefined);
        if (this.#skip !== undefined) return at;
        continue;
      }
      const wanted = this.#sizeAt(bytes, at, end);
      if (wanted === undefined) continue;
      if (wanted > end - at) {
        if (giveUp === undefined) {
          this.#wanted = wanted;
          return at;
        }
        at = this.#reportUntil(this.#findBoundary(bytes, at + 1, end, end), giveUp, bytes, at, end);
        continue;
      }
      const pduEnd = at + wanted;
      if (!this.#canBoundary(bytes, pduEnd, end)) {
        if (!this.#looksLikeHeader(bytes, at, end)) {
          this.#hunt("not-a-header");
          continue;
        }
        // Either this length is a lie and the next PDU begins within it, or what follows is garbage.
        const inside = this.#findBoundary(bytes, at + 1, pduEnd, end);
        if (inside >= 0) {
          at = this.#reportUntil(inside, "length-lies", bytes, at, end);
          continue;
        }
      }
      this.#emit(bytes, at, pduEnd);
      at = pduEnd;
    }
    return end;
  }

  /** Bytes that must be there to go on at `at`: the PDU's size once it is known. `undefined` when a hunt was begun instead. */
  #sizeAt(bytes: Buffer, at: number, end: number): number | undefined {
    if (end - at < LENGTH_FIELD_SIZE) return HEADER_SIZE;
    const length = bytes.readUInt32BE(at);
    if (length < HEADER_SIZE || length > this.options.pduSizeMaxBytes) {
      return this.#hunt("length-out-of-range", Buffer.from(bytes.subarray(at, Math.min(end, at + HEADER_SIZE))));
    }
    if (end - at < HEADER_SIZE) return HEADER_SIZE;
    const isAwaitable = length <= Math.max(end - at, oddPduSizeMaxBytes) || this.#looksLikeHeader(bytes, at, end);
    return isAwaitable ? length : this.#hunt("not-a-header");
  }

  /** Leaves out what can be left out already; ends the skip when a header was found or the known length is over. */
  #cutSkip(skip: Skip, bytes: Buffer, at: number, end: number, isLast: boolean): number {
    if (skip.left !== undefined) {
      const dropped = Math.min(skip.left, end - at);
      this.#skipBytes(skip, dropped);
      return at + dropped;
    }
    const found = this.#findBoundary(bytes, at, end, end);
    // A header may have begun in the last bytes.
    const searched = isLast ? end - at : Math.max(0, end - at - (HEADER_SIZE - 1));
    const skipped = found >= 0 ? found - at : searched;
    this.#skipBytes(skip, skipped);
    if (found >= 0) this.#reportSkip();
    else this.#wanted = HEADER_SIZE;
    return at + skipped;
  }

  /** The next place in `[from, before)` that looks like a header and whose PDU is not followed by something else. */
  #findBoundary(bytes: Buffer, from: number, before: number, end: number): number {
    const to = Math.min(end, before + HEADER_SIZE - 1);
    let at = findHeader(bytes, from, to, this.options.pduSizeMaxBytes);
    while (at >= 0) {
      const next = at + bytes.readUInt32BE(at);
      if (next > end || this.#canBoundary(bytes, next, end)) return at;
      at = findHeader(bytes, at + 1, to, this.options.pduSizeMaxBytes);
    }
    return -1;
  }

  /** Whether a PDU may begin at `at`, as far as the bytes there tell. */
  #canBoundary(bytes: Buffer, at: number, end: number): boolean {
    return end - at < HEADER_SIZE || looksLikeHeader(bytes, at, this.options.pduSizeMaxBytes);
  }

  #looksLikeHeader(bytes: Buffer, at: number, end: number): boolean {
    return end - at >= HEADER_SIZE && looksLikeHeader(bytes, at, this.options.pduSizeMaxBytes);
  }

  #cutCarried(): void {
    const [bytes, end] = [this.#carry, this.#carried];
    this.#dropCarry();
    const rest = this.#cut(bytes, 0, end);
    if (rest < end) this.#carryOver(bytes, rest, end);
  }

  /** The carried bytes will not become a PDU, or the damaged one will not go on. Others that begin within them count. */
  #giveUp(reason: SkipReason): void {
    if (this.#skip !== undefined) {
      this.#reportSkip();
      return;
    }
    const [bytes, end] = [this.#carry, this.#carried];
    this.#dropCarry();
    this.#cut(bytes, 0, end, reason);
  }

  #carryOver(bytes: Buffer, start: number, end: number): void {
    const needed = this.#carried + end - start;
    if (this.#carry.length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.max(CARRY_INITIAL_BYTES, 2 ** Math.ceil(Math.log2(needed))));
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.options.budget.take(grown.length - this.#carry.length);
      this.#carry = grown;
    }
    bytes.copy(this.#carry, this.#carried, start, end);
    this.#carried = needed;
    if (this.options.budget.isExceeded && this.#skip === undefined) this.#giveUp("memory-limit");
  }

  /** PDUs are views of the carry, so it is never used again. */
  #dropCarry(): void {
    this.options.budget.give(this.#carry.length);
    this.#carry = nothing;
    this.#carried = 0;
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    const offset = this.#offset;
    this.#offset += end - start;
    this.sink.onPdu(bytes, start, end, offset);
  }

  /** Reports the bytes from `at` to `until`, or to the end when that is -1; returns where the report ends. */
  #reportUntil(until: number, reason: SkipReason, bytes: Buffer, at: number, end: number): number {
    const to = until < 0 ? end : until;
    this.#report(to - at, reason, bytes, at, to);
    return to;
  }

  #report(length: number, reason: SkipReason, bytes: Buffer, start: number, end: number): void {
    const offset = this.#offset;
    this.#offset += length;
    this.sink.onSkipped(offset, length, reason, bytes, start, end);
  }

  #hunt(reason: SkipReason, head = nothing): undefined {
    this.#skip = { start: this.#offset, reason, head, length: 0, left: undefined };
  }

  #skipDamaged(pduSize: number, reason: SkipReason): void {
    const head = Buffer.from(this.#carry.subarray(0, Math.min(this.#carried, headSizeMaxBytes)));
    this.#skip = { start: this.#offset, reason, head, length: 0, left: pduSize };
  }

  /** Leaves out what is carried, and bytes that will never come. */
  #skipCarriedAnd(length: number): void {
    const total = this.#carried + length;
    this.#dropCarry();
    if (this.#skip !== undefined) this.#skipBytes(this.#skip, total);
  }

  #skipBytes(skip: Skip, length: number): void {
    skip.length += length;
    this.#offset += length;
    if (skip.left === undefined) return;
    skip.left -= length;
    if (skip.left <= 0) this.#reportSkip();
  }

  #reportSkip(): void {
    const skip = this.#skip;
    this.#skip = undefined;
    if (skip === undefined || skip.length === 0) return;
    this.sink.onSkipped(skip.start, skip.length, skip.reason, skip.head, 0, skip.head.length);
  }
}
