import type { Writable } from "node:stream";
import type { TapClock } from "./tap-clock.js";

/** Bytes on their way out. */
export interface Release {
  readonly bytes: Buffer;
  /** Not before. */
  readonly atMs: number;
  /** Bytes a write; 0 for all at once. */
  readonly pieceBytes: number;
  /** Between two pieces. */
  readonly gapMs: number;
  /** 0: no limit. */
  readonly bytesPerSecond: number;
  /** What happens once the bytes are out: the stream ends, or the connection is broken off. */
  readonly onOut?: () => void;
}

const SLICES_A_SECOND = 20;

/**
 * What one direction of a connection has yet to send, in order. Writes no more than the target takes, so that what waits is
 * here, where it is counted, and the source can be paused.
 */
export class ReleaseQueue {
  #items: Release[] = [];
  #first = 0;
  /** How much of the first item is out. */
  #sent = 0;
  #heldBytes = 0;
  /** Nothing leaves before: stalls, gaps and rates. */
  #freeAtMs = 0;
  #lastAtMs = 0;
  #callOff: (() => void) | undefined;
  #isPumping = false;
  #isClosed = false;

  constructor(
    private readonly target: Writable,
    private readonly clock: TapClock,
    /** What was written, and that there is room again. */
    private readonly onSent: (bytes: Buffer) => void,
  ) {
    target.on("drain", () => this.#pump());
  }

  /** Bytes that wait here or in the target. */
  get waitingBytes(): number {
    return this.#heldBytes + this.target.writableLength;
  }

  push(item: Release): void {
    if (this.#isClosed) return;
    // Order is kept: nothing overtakes what is delayed.
    const atMs = Math.max(item.atMs, this.#lastAtMs);
    this.#lastAtMs = atMs;
    this.#items.push(atMs === item.atMs ? item : { ...item, atMs });
    this.#heldBytes += item.bytes.length;
    this.#pump();
  }

  /** Nothing leaves for so long from now on. */
  stall(durationMs: number): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, this.clock.nowMs() + durationMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#callOff?.();
    this.#items = [];
    this.#first = 0;
    this.#heldBytes = 0;
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#isPumping = true;
    for (let more = true; more; ) more = this.#sendNext();
    this.#isPumping = false;
  }

  /** False when there is nothing to send now. */
  #sendNext(): boolean {
    const item = this.#items[this.#first];
    if (item === undefined || this.#isClosed) return false;
    const nowMs = this.clock.nowMs();
    const waitMs = Math.max(item.atMs, this.#freeAtMs) - nowMs;
    if (waitMs > 0) {
      this.#callOff = this.clock.after(waitMs, () => this.#pump());
      return false;
    }
    if (this.target.writableNeedDrain) return false;
    const isOut = this.#sendPiece(item, nowMs);
    if (!isOut) return true;
    this.#sent = 0;
    this.#advance();
    item.onOut?.();
    return true;
  }

  #sendPiece(item: Release, nowMs: number): boolean {
    const { bytes, bytesPerSecond } = item;
    const piece = bytes.subarray(this.#sent, this.#sent + pieceSize(item));
    this.#sent += piece.length;
    this.#heldBytes -= piece.length;
    const isOut = this.#sent >= bytes.length;
    if (piece.length > 0) {
      this.target.write(piece);
      this.onSent(piece);
    }
    const paceMs = bytesPerSecond === 0 ? 0 : (piece.length / bytesPerSecond) * 1000;
    // A piece is to be a segment of its own, so the next one never leaves in the same turn.
    const gapMs = isOut || item.pieceBytes === 0 ? 0 : Math.max(item.gapMs, 1);
    if (paceMs + gapMs > 0) this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + paceMs + gapMs;
    return isOut;
  }

  #advance(): void {
    this.#first++;
    if (this.#first < 1024 && this.#first < this.#items.length) return;
    this.#items.splice(0, this.#first);
    this.#first = 0;
  }
}

function pieceSize({ bytes, pieceBytes, bytesPerSecond }: Release): number {
  const wanted = pieceBytes === 0 ? bytes.length : pieceBytes;
  return bytesPerSecond === 0 ? wanted : Math.min(wanted, Math.max(1, Math.ceil(bytesPerSecond / SLICES_A_SECOND)));
}
