import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { type CommandBody, CommandId } from "../codec/generated/commands.js";
import { writePdu } from "../codec/pdu.js";
import { PduFramer } from "../codec/pdu-framer.js";
import { HEADER_SIZE, type PduLimits, readCommandId } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import type { Address } from "./address.js";
import type { CommandCounts } from "./command-counts.js";
import { unwatch, type Watched, watch } from "./link-sweep.js";
import { Outbox } from "./outbox.js";
import { flushAtEndOfTick } from "./tick-flush.js";

export type CloseReason =
  | "peer-closed"
  | "closed"
  | "idle"
  | "outbox-full"
  | "inbox-full"
  | "protocol-error"
  | "socket-error";

export interface LinkOptions {
  /** What the peer may send. */
  readonly limits: PduLimits;
  /** Bytes held for a peer that does not read; more destroys the link (FRM-15). */
  readonly outboxSizeMaxBytes?: number;
  /** When set, a heartbeat is sent after sending nothing for so long (RTE-09: 5,000 between servers). */
  readonly heartbeatIntervalMs?: number;
  /** When set, the link closes after receiving nothing for so long (RTE-09: 30,000 between servers; CON-03). */
  readonly idleTimeoutMs?: number;
  /** When set, what the link sends is counted there, together with what other links of the port send (OBS-02). */
  readonly sent?: CommandCounts;
  /** When set, called once the socket is gone, before the handler's onClose. */
  readonly onGone?: (link: PduLink, reason: CloseReason) => void;
  /** When set, sees every PDU, `bytes[start, end)`, valid only during the call. */
  readonly trace?: LinkTrace;
}

export type LinkTrace = (link: PduLink, direction: "in" | "out", bytes: Buffer, start: number, end: number) => void;

export interface LinkHandler {
  /** One whole PDU, `bytes[start, end)`; the bytes are only valid during the call. */
  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void;
  /** Exactly once, when the socket is gone. No onPdu follows. */
  onClose(link: PduLink, reason: CloseReason, error?: Error): void;
}

const linkOf = Symbol("link");
type LinkedSocket = Socket & { [linkOf]: PduLink };

const OUTBOX_SIZE_MAX_BYTES = 4 * 1024 * 1024;
/** How long a closed link waits for the peer to take what was flushed and close its side. */
const CLOSE_WAIT_MS = 1000;

/**
 * PDUs over one TCP socket. What is sent collects in an outbox that is flushed once a tick; while a write is under way the
 * outbox keeps collecting, up to its limit. Incoming bytes are framed in place.
 */
export class PduLink implements Watched {
  sweepSlot = 0;
  bytesIn = 0;
  bytesOut = 0;
  pdusIn = 0;
  pdusOut = 0;
  /** By performance.now(). */
  readonly openedMs = performance.now();

  readonly #outbox = new Outbox();
  readonly #framer: PduFramer;
  readonly #outboxSizeMaxBytes: number;
  readonly #heartbeatIntervalMs: number;
  readonly #sent: CommandCounts | undefined;
  readonly #trace: LinkTrace | undefined;
  readonly #onGone: LinkOptions["onGone"];
  // Asked for by few, and there are thousands of links.
  #local: Address | undefined;
  #remote: Address | undefined;
  #idleTimeoutMs: number;
  #handler: LinkHandler | undefined;
  #state: "open" | "closing" | "gone" = "open";
  #reason: CloseReason | undefined;
  #error: Error | undefined;
  #queued = false;
  /** Under way: the outbox's buffer, unless it is a shared one, and how many bytes. */
  #writing: Buffer | undefined;
  #writingBytes = 0;
  #lastInMs = this.openedMs;
  #lastOutMs = this.openedMs;

  constructor(
    private readonly socket: Socket,
    options: LinkOptions,
  ) {
    this.#framer = new PduFramer(options.limits, this.#deliver);
    this.#outboxSizeMaxBytes = options.outboxSizeMaxBytes ?? OUTBOX_SIZE_MAX_BYTES;
    this.#heartbeatIntervalMs = options.heartbeatIntervalMs ?? 0;
    this.#idleTimeoutMs = options.idleTimeoutMs ?? 0;
    this.#sent = options.sent;
    this.#trace = options.trace;
    this.#onGone = options.onGone;
  }

  /** Begins to deliver. The caller wires the socket's bytes to `receive` when it reads them itself (net.connect's onread). */
  start(handler: LinkHandler, reads: "events" | "onread"): void {
    this.#handler = handler;
    this.socket.setNoDelay(true);
    const socket = this.socket as LinkedSocket;
    socket[linkOf] = this;
    socket.on("error", PduLink.#onError);
    socket.on("end", PduLink.#onEnd);
    socket.on("close", PduLink.#onClose);
    if (reads === "events") socket.on("data", PduLink.#onData);
    if (this.#idleTimeoutMs > 0 || this.#heartbeatIntervalMs > 0) watch(this);
  }

  /** As the system knows it while the socket is open; empty, and port 0, when first asked for after that. */
  get local(): Address {
    this.#local ??= { host: this.socket.localAddress ?? "", port: this.socket.localPort ?? 0 };
    return this.#local;
  }

  /** Likewise. */
  get remote(): Address {
    this.#remote ??= { host: this.socket.remoteAddress ?? "", port: this.socket.remotePort ?? 0 };
    return this.#remote;
  }

  /** 0 = never. May be changed while the link is open. */
  get idleTimeoutMs(): number {
    return this.#idleTimeoutMs;
  }

  set idleTimeoutMs(idleTimeoutMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs;
    if (this.#state === "open") watch(this);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** When the last bytes came, by performance.now(): for a PDU that is being handled, when it was read. */
  get lastInMs(): number {
    return this.#lastInMs;
  }

  /** Bytes that wait for the peer to read. */
  get outboxBytes(): number {
    return this.#outbox.sizeBytes + this.#writingBytes;
  }

  /** Queues one PDU; does nothing once the link is closing. */
  send<C extends CommandId>(commandId: C, body: CommandBody[C], seqNum = 0): void {
    if (this.#state !== "open") return;
    const start = this.#outbox.sizeBytes;
    writePdu(this.#outbox, commandId, body, seqNum);
    this.appended(commandId, start);
  }

  /**
   * Hot: makes room for one PDU and returns where in `outgoing` it goes. It is written there at once, and `appended` called
   * before anything else is sent. Only while the link is open.
   */
  reserve(sizeBytes: number): number {
    return this.#outbox.reserve(sizeBytes);
  }

  /** What `reserve` makes room in; another one may take its place at the next call. */
  get outgoing(): Buffer {
    return this.#outbox.buffer;
  }

  /** Hot: the PDU for which `reserve` made room, from there on, is written. */
  appended(commandId: CommandId, start: number): void {
    this.#sent?.add(commandId);
    this.#trace?.(this, "out", this.#outbox.buffer, start, this.#outbox.sizeBytes);
    this.#appended();
  }

  /** Queues bytes as they are (copied): PDUs that are relayed, or one broken on purpose. */
  sendBytes(bytes: Buffer, start = 0, end = bytes.length, pdus = 1): void {
    if (this.#state !== "open") return;
    this.#outbox.append(bytes, start, end);
    // Several at once are of one command: news that went out together.
    if (this.#sent !== undefined && end - start >= HEADER_SIZE) this.#sent.add(readCommandId(bytes, start), pdus);
    this.#trace?.(this, "out", bytes, start, end);
    this.#appended(pdus);
  }

  /** What goes to many links as it is, and never changes: written without a copy where nothing else is on its way. */
  sendShared(bytes: Buffer, pdus: number): void {
    if (this.#outbox.sizeBytes > 0 || this.#writingBytes > 0) return this.sendBytes(bytes, 0, bytes.length, pdus);
    if (this.#state !== "open") return;
    this.#sent?.add(readCommandId(bytes), pdus);
    this.#trace?.(this, "out", bytes, 0, bytes.length);
    this.pdusOut += pdus;
    this.#write(bytes);
  }

  /** Sends what is queued, then closes; the peer has a bounded time to take it. */
  close(): void {
    this.#closeBecause("closed");
  }

  /** Half-closes: sends what is queued, then FIN, and goes on receiving. The caller sends nothing more (CON-08). */
  endSending(): void {
    const size = this.#outbox.sizeBytes;
    if (size > 0) this.socket.write(this.#outbox.take().subarray(0, size));
    this.socket.end();
  }

  /** Closes now, whatever is queued. */
  destroy(reason: CloseReason = "closed"): void {
    if (this.#state === "gone") return;
    this.#reason ??= reason;
    // Whoever hears of it may want to say whose link it was.
    if (reason === "outbox-full") this.#remote = this.remote;
    this.#state = "closing";
    this.#framer.stop();
    this.socket.destroy();
  }

  /** Reads no more than what has been read already. It is not idle meanwhile, and its end is not noticed. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Bytes from the socket: `chunk[0, end)`, not kept. */
  receive(chunk: Buffer, end: number): void {
    this.#lastInMs = performance.now();
    this.bytesIn += end;
    if (this.#state !== "open") return;
    try {
      this.#framer.push(chunk, end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#error = error;
      this.#closeBecause("protocol-error");
    }
  }

  /** Hands the outbox to the socket unless a write is under way; called at the end of the tick. */
  flush(): void {
    this.#queued = false;
    if (this.#state === "gone" || this.#writingBytes > 0) return;
    if (this.#outbox.sizeBytes === 0) {
      if (this.#state === "closing") this.#finish();
      return;
    }
    const size = this.#outbox.sizeBytes;
    this.#writing = this.#outbox.take();
    this.#write(this.#writing.subarray(0, size));
  }

  /** Heartbeat and idle timeout; returns when the next of them may be due. */
  sweep(nowMs: number): number {
    if (this.#state !== "open") return Number.POSITIVE_INFINITY;
    // Who is not read shows no signs of life.
    if (this.socket.isPaused()) this.#lastInMs = nowMs;
    const idleAtMs = this.#idleTimeoutMs > 0 ? this.#lastInMs + this.#idleTimeoutMs : Number.POSITIVE_INFINITY;
    if (nowMs >= idleAtMs) {
      this.#closeBecause("idle");
      return Number.POSITIVE_INFINITY;
    }
    if (this.#heartbeatIntervalMs === 0) return idleAtMs;
    if (nowMs >= this.#lastOutMs + this.#heartbeatIntervalMs) {
      this.send(CommandId.CID_OTHER_HEARTBEAT, {});
      return Math.min(idleAtMs, nowMs + this.#heartbeatIntervalMs);
    }
    return Math.min(idleAtMs, this.#lastOutMs + this.#heartbeatIntervalMs);
  }

  #write(bytes: Buffer): void {
    this.#writingBytes = bytes.length;
    this.bytesOut += bytes.length;
    this.#lastOutMs = performance.now();
    this.socket.write(bytes, this.#written);
  }

  #appended(pdus = 1): void {
    this.pdusOut += pdus;
    if (this.outboxBytes > this.#outboxSizeMaxBytes) return this.destroy("outbox-full");
    this.#enqueue();
  }

  #enqueue(): void {
    if (this.#queued) return;
    this.#queued = true;
    flushAtEndOfTick(this);
  }

  readonly #deliver = (bytes: Buffer, start: number, end: number): boolean => {
    this.pdusIn++;
    this.#trace?.(this, "in", bytes, start, end);
    this.#handler?.onPdu(this, bytes, start, end);
    return this.#state === "open";
  };

  readonly #written = (): void => {
    if (this.#writing !== undefined) Outbox.recycle(this.#writing);
    this.#writing = undefined;
    this.#writingBytes = 0;
    if (this.#outbox.sizeBytes > 0 || this.#state === "closing") this.flush();
  };

  #closeBecause(reason: CloseReason): void {
    if (this.#state !== "open") return;
    this.#reason = reason;
    this.#state = "closing";
    this.#framer.stop();
    this.#enqueue();
    setTimeout(() => this.destroy(), CLOSE_WAIT_MS).unref();
  }

  /** Everything is flushed: FIN, then go on reading into nothing, so that the peer gets no reset before it has read. */
  #finish(): void {
    this.socket.end();
    this.socket.resume();
  }

  // Listeners of all sockets alike, so that a link needs none of its own.

  static readonly #onError = function (this: LinkedSocket, error: Error): void {
    this[linkOf].#error = error;
    this[linkOf].#reason ??= "socket-error";
  };

  /** CON-08: a half-closed peer gets what is queued, then the connection ends. */
  static readonly #onEnd = function (this: LinkedSocket): void {
    this[linkOf].#closeBecause("peer-closed");
  };

  static readonly #onData = function (this: LinkedSocket, chunk: Buffer): void {
    this[linkOf].receive(chunk, chunk.length);
  };

  static readonly #onClose = function (this: LinkedSocket): void {
    this[linkOf].#gone();
  };

  #gone(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    unwatch(this);
    this.#framer.stop();
    this.#outbox.clear();
    const reason = this.#reason ?? "peer-closed";
    this.#onGone?.(this, reason);
    this.#handler?.onClose(this, reason, this.#error);
  }
}
