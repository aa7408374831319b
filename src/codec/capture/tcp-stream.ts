import type { TcpSegment } from "./tcp-segment.js";

export interface TcpStreamLimits {
  /** Bytes of segments held behind a hole, in one direction of a connection. */
  readonly heldBytesMax: number;
  /** Segments held behind a hole, in one direction of a connection. */
  readonly heldSegmentsMax: number;
  /** Packets of the capture after which a hole that the receiver has acknowledged counts as lost by the capture. */
  readonly holePatiencePackets: number;
  /** Sequence numbers further away than this belong to another connection with the same addresses. */
  readonly sequenceDistanceMax: number;
}

export const tcpStreamLimits: TcpStreamLimits = {
  heldBytesMax: 8 << 20,
  heldSegmentsMax: 4096,
  holePatiencePackets: 64,
  sequenceDistanceMax: 64 << 20,
};

/** Why bytes of a stream are not there. */
export type GapReason = "lost-segment" | "snap-length";

/** The packet that a piece of a stream came in. */
export interface PacketStamp {
  readonly number: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** Receives a stream in order, each byte once. */
export interface StreamSink {
  onBytes(bytes: Buffer, start: number, end: number, stamp: PacketStamp): void;
  onGap(length: number, reason: GapReason, stamp: PacketStamp): void;
  /** The sender has sent its last byte. */
  onEnd(): void;
}

interface HeldSegment {
  readonly sequence: number;
  /** A copy: what is held outlives the chunk of the file that it was read from. */
  readonly bytes: Buffer;
  readonly missing: number;
  readonly stamp: PacketStamp;
}

/** One direction of a connection: segments in, bytes in order out. */
export class TcpStream {
  /** Sequence number of the SYN; unknown when the capture began later. */
  initialSequence: number | undefined;
  #next: number | undefined;
  #finAt: number | undefined;
  #ended = false;
  /** Sorted by sequence number. */
  readonly #held: HeldSegment[] = [];
  #heldBytes = 0;
  #holeAcknowledgedAt = 0;

  constructor(
    private readonly limits: TcpStreamLimits,
    private readonly sink: StreamSink,
  ) {}

  get hasStarted(): boolean {
    return this.#next !== undefined;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Begins the stream behind a SYN. A SYN that comes late, behind data it belongs to, changes nothing else. */
  start(initialSequence: number): void {
    this.initialSequence = initialSequence;
    this.#next ??= (initialSequence + 1) >>> 0;
  }

  /** Whether a SYN with this number can have opened this very stream: the same again, or one that comes late. */
  belongsTo(initialSequence: number): boolean {
    if (this.initialSequence !== undefined) return this.initialSequence === initialSequence;
    if (this.#ended) return false;
    if (this.#next === undefined) return true;
    const distance = (this.#next - initialSequence) | 0;
    return distance > 0 && distance <= this.limits.heldBytesMax;
  }

  /** Whether a sequence number can be one of this stream's. */
  isNear(sequence: number): boolean {
    return this.#next === undefined || Math.abs((sequence - this.#next) | 0) <= this.limits.sequenceDistanceMax;
  }

  /** Hot: a segment that is the next one goes through without being held. */
  take(segment: TcpSegment, hasFin: boolean, stamp: PacketStamp): void {
    const { sequence, bytes, payloadAt, capturedEnd, missing } = segment;
    const length = capturedEnd - payloadAt + missing;
    if (hasFin) this.#finAt ??= (sequence + length) >>> 0;
    if (length > 0) {
      this.#next ??= sequence;
      const ahead = (sequence - this.#next) | 0;
      if (ahead <= 0) {
        this.#deliver(-ahead, bytes, payloadAt, capturedEnd, missing, stamp);
        if (this.#held.length > 0) this.#deliverHeld();
      } else {
        this.#hold(segment, stamp);
      }
    }
    if (this.#finAt !== undefined) this.#endAtFin();
  }

  /** The other side has received everything before `acknowledgement`: what the capture lacks of it will not come again. */
  acknowledge(acknowledgement: number, packetNumber: number): void {
    if (this.#held.length === 0 || this.#next === undefined) return;
    if (((acknowledgement - this.#next) | 0) <= 0) return;
    if (this.#holeAcknowledgedAt === 0) this.#holeAcknowledgedAt = packetNumber;
    if (packetNumber - this.#holeAcknowledgedAt >= this.limits.holePatiencePackets) this.#skipHole();
  }

  /** Nothing more will come: what is held behind holes is delivered. */
  flush(): void {
    while (this.#held.length > 0) this.#skipHole();
    this.#end();
  }

  #deliver(known: number, bytes: Buffer, at: number, capturedEnd: number, missing: number, stamp: PacketStamp): void {
    const next = this.#next as number;
    const captured = capturedEnd - at;
    const total = captured + missing;
    if (known >= total) return;
    if (known < captured) this.sink.onBytes(bytes, at + known, capturedEnd, stamp);
    if (missing > 0) this.sink.onGap(total - Math.max(known, captured), "snap-length", stamp);
    this.#next = (next + total - known) >>> 0;
  }

  #deliverHeld(): void {
    for (;;) {
      const first = this.#held[0];
      if (first === undefined) break;
      const ahead = (first.sequence - (this.#next as number)) | 0;
      if (ahead > 0) return;
      this.#held.shift();
      this.#heldBytes -= first.bytes.length;
      this.#holeAcknowledgedAt = 0;
      this.#deliver(-ahead, first.bytes, 0, first.bytes.length, first.missing, first.stamp);
    }
  }

  #hold({ sequence, bytes, payloadAt, capturedEnd, missing }: TcpSegment, stamp: PacketStamp): void {
    const length = capturedEnd - payloadAt;
    let place = this.#held.length;
    for (; place > 0; place--) {
      const before = this.#held[place - 1];
      if (before === undefined || ((sequence - before.sequence) | 0) > 0) break;
      if (before.sequence === sequence && before.bytes.length >= length) return;
    }
    const { number, seconds, nanos } = stamp;
    const copy = Buffer.from(bytes.subarray(payloadAt, capturedEnd));
    this.#held.splice(place, 0, { sequence, bytes: copy, missing, stamp: { number, seconds, nanos } });
    this.#heldBytes += length;
    while (this.#heldBytes > this.limits.heldBytesMax || this.#held.length > this.limits.heldSegmentsMax) {
      this.#skipHole();
    }
  }

  #skipHole(): void {
    const first = this.#held[0];
    if (first === undefined) return;
    const hole = (first.sequence - (this.#next as number)) | 0;
    if (hole > 0) {
      this.sink.onGap(hole, "lost-segment", first.stamp);
      this.#next = first.sequence;
    }
    this.#deliverHeld();
  }

  #endAtFin(): void {
    const next = this.#next;
    if (next === undefined || ((next - (this.#finAt as number)) | 0) >= 0) this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.sink.onEnd();
  }
}
