import { timeNsOf } from "./captured-packet.js";
import type { SkipReason } from "./pdu-cutter.js";
import type { Connection, StreamDirection } from "./tcp-connections.js";
import type { PacketStamp } from "./tcp-stream.js";

/** Where in a capture something was seen. */
class Sighting {
  readonly packetNumber: number;
  readonly #seconds: number;
  readonly #nanos: number;

  constructor(
    readonly connection: Connection,
    readonly direction: StreamDirection,
    /** Bytes from the start of this direction's stream, or from where the capture joined it. */
    readonly offset: number,
    stamp: PacketStamp,
  ) {
    this.packetNumber = stamp.number;
    this.#seconds = stamp.seconds;
    this.#nanos = stamp.nanos;
  }

  /** Nanoseconds since 1970; `undefined` when the capture does not say. Built when asked for: few readers ask for every one. */
  get timeNs(): bigint | undefined {
    return timeNsOf(this.#seconds, this.#nanos);
  }

  /** The same in milliseconds, exact to a fraction of a microsecond: for differences. */
  get timeMs(): number | undefined {
    return this.#seconds < 0 ? undefined : this.#seconds * 1000 + this.#nanos / 1_000_000;
  }
}

/** A whole PDU; packet and time are those of its last byte. `bytes` is a view of the input: copy what is kept for long. */
export class CapturedPdu extends Sighting {
  readonly kind = "pdu";

  constructor(
    connection: Connection,
    direction: StreamDirection,
    offset: number,
    stamp: PacketStamp,
    /** The PDU is `buffer[start, end)`. */
    readonly buffer: Buffer,
    readonly start: number,
    readonly end: number,
  ) {
    super(connection, direction, offset, stamp);
  }

  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }
}

/** Bytes of a PDU stream that are no PDU. */
export class SkippedBytes extends Sighting {
  readonly kind = "skipped";

  constructor(
    connection: Connection,
    direction: StreamDirection,
    offset: number,
    stamp: PacketStamp,
    readonly length: number,
    readonly reason: SkipReason,
    /** What is there of a PDU that begins here; shorter than `length` when the capture lacks some, or when it is long. */
    readonly bytes: Buffer,
  ) {
    super(connection, direction, offset, stamp);
  }

  /** `what stands before the first PDU: 12 bytes left out`. */
  get message(): string {
    return skippedText(this.reason, this.length);
  }
}

export function skippedText(reason: SkipReason, length: number): string {
  return `${reasons[reason]}: ${length} byte${length === 1 ? "" : "s"} left out`;
}

const reasons: Readonly<Record<SkipReason, string>> = {
  "mid-stream": "what stands before the first PDU",
  "not-a-header": "no PDU header where one should be",
  "length-out-of-range": "the length field is below 16 or above the largest PDU",
  "length-lies": "the next PDU begins before this one's length is over",
  "lost-segment": "the capture lacks a segment",
  "snap-length": "the capture kept only the beginning of a packet",
  "cut-off": "the stream ends inside a PDU",
  "memory-limit": "more unfinished PDUs than may be held",
};

/** A connection that carries something else than PDUs. HTTP is reported once for each direction, as soon as it is seen. */
export class OtherTraffic extends Sighting {
  readonly kind = "other-traffic";

  constructor(
    connection: Connection,
    direction: StreamDirection,
    stamp: PacketStamp,
    readonly protocol: "http" | "unknown",
    /** The first line of an HTTP request or response. */
    readonly firstLine: string | undefined,
  ) {
    super(connection, direction, 0, stamp);
  }
}

/** Something is wrong with the capture file itself; `offset` is in bytes from its (uncompressed) start, 0 for the file as a whole. */
interface FileProblem {
  readonly kind: "file-problem";
  readonly offset: number;
  readonly message: string;
}

/** `byte 24 of the file: the file ends inside a packet …`. */
export function fileProblemText({ offset, message }: FileProblem): string {
  return offset === 0 ? message : `byte ${offset} of the file: ${message}`;
}

export type CaptureEvent = CapturedPdu | SkippedBytes | OtherTraffic | FileProblem;
