import type { Socket } from "node:net";
import type { StreamDirection } from "../codec/capture/tcp-connections.js";
import type { PduLimits } from "../codec/pdu-header.js";
import { type Release, ReleaseQueue } from "./release-queue.js";
import type { RuleSet, Verdict } from "./rule-set.js";
import { StreamCutter, type StreamCutterSink } from "./stream-cutter.js";
import type { TapClock } from "./tap-clock.js";
import type { TapObserver, TappedConnection } from "./tap-observer.js";

export interface FlowOptions {
  readonly limits: PduLimits;
  readonly holdMaxBytes: number;
  readonly bufferMaxBytes: number;
  readonly rules: RuleSet;
  readonly clock: TapClock;
  readonly observer: TapObserver;
  readonly counts: FlowCounts;
  /** Rules that reach beyond this flow. */
  readonly onStall: (flow: TapFlow, stall: NonNullable<Verdict["stall"]>) => void;
  readonly onCut: (how: "reset" | "close") => void;
}

export interface FlowCounts {
  bytesReceived: number;
  bytesSent: number;
  pdus: number;
  longPdus: number;
  unframed: number;
}

/** PDUs that wait to be overtaken, and their bytes; the oldest go when there are more. */
const HELD_BACK_MAX = 1024;
const HELD_BACK_MAX_BYTES = 16 << 20;

/** A PDU that waits for others to overtake it. */
interface HeldBack {
  readonly verdict: Verdict;
  readonly arrivedMs: number;
  left: number;
  readonly callOff: () => void;
}

/** One direction of a connection: reads, cuts, judges, and releases towards the other side. */
export class TapFlow implements StreamCutterSink {
  readonly #cutter: StreamCutter;
  readonly #queue: ReleaseQueue;
  /** Without a rule for this direction bytes pass as they come, and PDUs are only looked at. */
  readonly #holds: boolean;
  readonly #heldBack = new Set<HeldBack>();
  #heldBackBytes = 0;
  #isCut = false;
  #isClosed = false;

  constructor(
    private readonly connection: TappedConnection,
    readonly direction: StreamDirection,
    private readonly source: Socket,
    private readonly target: Socket,
    private readonly options: FlowOptions,
  ) {
    const { limits, holdMaxBytes, rules, clock } = options;
    this.#holds = rules.concerns(direction);
    this.#cutter = new StreamCutter(limits, holdMaxBytes, this);
    this.#queue = new ReleaseQueue(target, clock, (bytes) => this.#sent(bytes));
    target.on("drain", () => this.#resumeWhenRoom());
    source.on("data", (chunk: Buffer) => this.#received(chunk));
    source.on("end", () => this.#sourceEnded());
  }

  /** Nothing leaves for so long. */
  stall(durationMs: number): void {
    this.#queue.stall(durationMs);
  }

  close(): void {
    this.#isClosed = true;
    for (const { callOff } of this.#heldBack) callOff();
    this.#heldBack.clear();
    this.#queue.close();
  }

  onPdu(pdu: Buffer, offset: number): void {
    const { options, connection, direction } = this;
    options.counts.pdus++;
    if (!this.#holds) {
      options.observer.onPdu?.({ connection, direction, offset, received: pdu, forwarded: pdu, rules: [] });
      return;
    }
    if (this.#isCut) return;
    const verdict = options.rules.judge(pdu, direction, connection.id);
    const forwarded = verdict.dropped ? undefined : verdict.bytes;
    options.observer.onPdu?.({ connection, direction, offset, received: pdu, forwarded, rules: verdict.rules });
    this.#obey(verdict);
  }

  onRaw(bytes: Buffer): void {
    if (this.#holds && !this.#isCut) this.#release({ bytes });
  }

  onUnframed(offset: number): void {
    this.options.counts.unframed++;
    this.options.observer.onUnframed?.(this.connection, this.direction, offset);
  }

  onLongPdu(length: number): void {
    this.options.counts.longPdus++;
    this.options.observer.onLongPdu?.(this.connection, this.direction, length);
  }

  #received(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.options.counts.bytesReceived += chunk.length;
    this.options.observer.onReceived?.(this.connection, this.direction, chunk);
    if (!this.#holds) this.#release({ bytes: chunk });
    // Many small PDUs of one read leave in one write.
    this.target.cork();
    this.#cutter.push(chunk);
    this.target.uncork();
    // Back-pressure: what the receiver does not take, the sender does not get rid of.
    if (this.#queue.waitingBytes > this.options.bufferMaxBytes) this.source.pause();
  }

  #sourceEnded(): void {
    if (this.#isClosed) return;
    this.options.observer.onEnd?.(this.connection, this.direction, "received");
    this.#cutter.end();
    for (const held of [...this.#heldBack]) this.#letGo(held);
    this.#release({ bytes: nothing, onOut: () => this.#endTarget() });
  }

  #endTarget(): void {
    if (this.#isClosed) return;
    this.options.observer.onEnd?.(this.connection, this.direction, "sent");
    this.target.end();
  }

  #obey(verdict: Verdict): void {
    if (verdict.stall !== undefined) this.options.onStall(this, verdict.stall);
    if (verdict.dropped) return;
    if (verdict.cut !== undefined) return this.#cut(verdict, verdict.cut);
    if (verdict.reorder !== undefined) return this.#holdBack(verdict, verdict.reorder);
    this.#releaseVerdict(verdict);
    for (const held of [...this.#heldBack]) {
      held.left--;
      if (held.left <= 0) this.#letGo(held);
    }
  }

  #cut(verdict: Verdict, { passBytes, how }: NonNullable<Verdict["cut"]>): void {
    this.#isCut = true;
    this.source.pause();
    const { bytes, delayMs, pieceBytes, gapMs, bytesPerSecond } = verdict;
    const passed = bytes.subarray(0, passBytes);
    const onOut = () => this.options.onCut(how);
    this.#release({ bytes: passed, delayMs, pieceBytes, gapMs, bytesPerSecond, onOut });
  }

  #holdBack(verdict: Verdict, { behind, withinMs }: NonNullable<Verdict["reorder"]>): void {
    const held: HeldBack = {
      verdict,
      arrivedMs: this.options.clock.nowMs(),
      left: behind,
      callOff: this.options.clock.after(withinMs, () => this.#letGo(held)),
    };
    this.#heldBack.add(held);
    this.#heldBackBytes += verdict.bytes.length;
    for (const oldest of this.#heldBack) {
      if (this.#heldBack.size <= HELD_BACK_MAX && this.#heldBackBytes <= HELD_BACK_MAX_BYTES) return;
      this.#letGo(oldest);
    }
  }

  #letGo(held: HeldBack): void {
    if (!this.#heldBack.delete(held)) return;
    held.callOff();
    const { verdict, arrivedMs } = held;
    this.#heldBackBytes -= verdict.bytes.length;
    this.#releaseVerdict({ ...verdict, delayMs: verdict.delayMs - (this.options.clock.nowMs() - arrivedMs) });
  }

  #releaseVerdict({ bytes, copies, delayMs, pieceBytes, gapMs, bytesPerSecond }: Verdict): void {
    for (let copy = 0; copy <= copies; copy++) this.#release({ bytes, delayMs, pieceBytes, gapMs, bytesPerSecond });
  }

  #release(release: Partial<Omit<Release, "atMs">> & { readonly bytes: Buffer; readonly delayMs?: number }): void {
    const { delayMs = 0, ...rest } = release;
    const atMs = this.options.clock.nowMs() + delayMs;
    this.#queue.push({ pieceBytes: 0, gapMs: 0, bytesPerSecond: 0, ...rest, atMs });
  }

  #sent(bytes: Buffer): void {
    this.options.counts.bytesSent += bytes.length;
    this.options.observer.onSent?.(this.connection, this.direction, bytes);
    this.#resumeWhenRoom();
  }

  #resumeWhenRoom(): void {
    if (this.#isCut || this.#isClosed || !this.source.isPaused()) return;
    if (this.#queue.waitingBytes <= this.options.bufferMaxBytes / 2) this.source.resume();
  }
}

const nothing = Buffer.alloc(0);
