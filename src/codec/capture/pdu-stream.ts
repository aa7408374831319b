import { CapturedPdu, type CaptureEvent, OtherTraffic, SkippedBytes } from "./capture-event.js";
import type { CarryBudget } from "./carry-budget.js";
import { httpFirstLine } from "./http-first-line.js";
import { type CutSink, PduCutter, type PduCutterOptions, type SkipReason } from "./pdu-cutter.js";
import { isDefaultServerPort } from "./server-port.js";
import type { Connection, StreamDirection } from "./tcp-connections.js";
import type { GapReason, PacketStamp, StreamSink } from "./tcp-stream.js";

export interface PduStreamOptions {
  readonly pduSizeMaxBytes: number;
  /** Takes every connection for PDUs, whatever its ports: somebody has chosen them. */
  readonly isChosen: boolean;
  readonly budget: CarryBudget;
}

/** How much of a skipped beginning of a PDU is kept to be shown, in bytes. */
const skippedBytesShownMax = 4096;
/** Skips remembered of a connection before it is known whether it carries PDUs; the first ones tell enough. */
const pendingSkipsMax = 16;

/** What the two directions of a connection have in common. */
interface ConnectionState {
  readonly connection: Connection;
  readonly emit: (event: CaptureEvent) => void;
  kind: "undecided" | "pdus" | "http" | "other";
  pendingSkips: SkippedBytes[];
  openDirections: number;
}

/** Cuts the two streams of a connection into PDUs, and recognises what carries none. */
export function openPduStreams(
  connection: Connection,
  options: PduStreamOptions,
  emit: (event: CaptureEvent) => void,
): Readonly<Record<StreamDirection, StreamSink>> {
  const isExpected = options.isChosen || isDefaultServerPort(connection.server.port);
  const state: ConnectionState = {
    connection,
    emit,
    kind: isExpected ? "pdus" : "undecided",
    pendingSkips: [],
    openDirections: 2,
  };
  const startsAtBoundary = connection.isOpeningSeen;
  const cutting: PduCutterOptions = { ...options, startsAtBoundary, pushesAreWrites: true };
  return { c2s: new PduStream(state, "c2s", cutting), s2c: new PduStream(state, "s2c", cutting) };
}

/** One direction of a connection; the stamp is that of the packet it saw last. Packets themselves would keep their file's chunks alive. */
class PduStream implements StreamSink, CutSink, PacketStamp {
  number = 0;
  seconds = -1;
  nanos = 0;
  readonly #cutter: PduCutter;
  #hasEnded = false;
  #isHttpReported = false;

  constructor(
    private readonly state: ConnectionState,
    private readonly direction: StreamDirection,
    cutting: PduCutterOptions,
  ) {
    this.#cutter = new PduCutter(cutting, this);
  }

  onBytes(bytes: Buffer, start: number, end: number, stamp: PacketStamp): void {
    this.#stampWith(stamp);
    if (this.#cutter.isBetweenPdus) {
      const firstLine = httpFirstLine(bytes, start, end);
      if (firstLine !== undefined) this.#isHttp(firstLine);
    }
    if (this.state.kind !== "http") this.#cutter.push(bytes, start, end);
  }

  onGap(length: number, reason: GapReason, stamp: PacketStamp): void {
    this.#stampWith(stamp);
    if (this.state.kind !== "http") this.#cutter.gap(length, reason);
  }

  onEnd(): void {
    if (this.state.kind !== "http") this.#cutter.end();
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.state.openDirections--;
    if (this.state.openDirections === 0 && this.state.pendingSkips.length > 0) this.#isOther();
  }

  onPdu(bytes: Buffer, start: number, end: number, offset: number): void {
    const { state } = this;
    if (state.kind !== "pdus") this.#isPdus();
    state.emit(new CapturedPdu(state.connection, this.direction, offset, this, bytes, start, end));
  }

  onSkipped(offset: number, length: number, reason: SkipReason, bytes: Buffer, start: number, end: number): void {
    const { state } = this;
    const beginning = Buffer.from(bytes.subarray(start, Math.min(end, start + skippedBytesShownMax)));
    const skip = new SkippedBytes(state.connection, this.direction, offset, this, length, reason, beginning);
    if (state.kind === "pdus") state.emit(skip);
    else if (state.kind === "undecided" && state.pendingSkips.length < pendingSkipsMax) state.pendingSkips.push(skip);
  }

  #stampWith({ number, seconds, nanos }: PacketStamp): void {
    this.number = number;
    this.seconds = seconds;
    this.nanos = nanos;
  }

  #isPdus(): void {
    const { state } = this;
    state.kind = "pdus";
    for (const skip of state.pendingSkips) state.emit(skip);
    state.pendingSkips = [];
  }

  #isHttp(firstLine: string): void {
    const { state } = this;
    state.kind = "http";
    state.pendingSkips = [];
    if (this.#isHttpReported) return;
    this.#isHttpReported = true;
    state.emit(new OtherTraffic(state.connection, this.direction, this, "http", firstLine));
  }

  #isOther(): void {
    const { state } = this;
    state.kind = "other";
    state.pendingSkips = [];
    state.emit(new OtherTraffic(state.connection, this.direction, this, "unknown", undefined));
  }
}
