import type { CapturedPacket } from "./captured-packet.js";

export interface TimeOrderLimits {
  /** Packets held back at most. */
  readonly reorderPacketsMax: number;
  /** Bytes held back at most. */
  readonly reorderBytesMax: number;
}

/** A capture from several queues or interfaces, or a merged one, is out of order by far less than this. */
export const timeOrderLimits: TimeOrderLimits = { reorderPacketsMax: 4096, reorderBytesMax: 16 << 20 };

/**
 * Puts packets in order of time within a bounded window, as reordercap does for a whole file; packets of the same time keep
 * the order of the file. A packet without a time stays behind the one that it followed.
 */
export class TimeOrder {
  /** Sorted; what was passed on already, `#held[0, #first)`, is cleared away in bulk. */
  #held: CapturedPacket[] = [];
  #first = 0;
  #bytes = 0;
  #lastSeconds = -1;
  #lastNanos = 0;

  constructor(
    private readonly limits: TimeOrderLimits,
    private readonly pass: (packet: CapturedPacket) => void,
  ) {}

  /** Hot: a packet that is not older than the newest one held is only appended. */
  push(packet: CapturedPacket): void {
    const { seconds, nanos } = packet;
    const held = this.#held;
    if (seconds < 0 || seconds > this.#lastSeconds || (seconds === this.#lastSeconds && nanos >= this.#lastNanos)) {
      held.push(packet);
      if (seconds >= 0) {
        this.#lastSeconds = seconds;
        this.#lastNanos = nanos;
      }
    } else {
      held.splice(this.#placeOf(packet), 0, packet);
    }
    this.#bytes += packet.bytes.length;
    while (
      held.length - this.#first > this.limits.reorderPacketsMax ||
      (this.#bytes > this.limits.reorderBytesMax && this.#first < held.length)
    ) {
      this.#passFirst();
    }
    if (this.#first >= this.limits.reorderPacketsMax) {
      held.splice(0, this.#first);
      this.#first = 0;
    }
  }

  end(): void {
    while (this.#first < this.#held.length) this.#passFirst();
    this.#held = [];
    this.#first = 0;
  }

  #passFirst(): void {
    const packet = this.#held[this.#first++];
    if (packet === undefined) return;
    this.#bytes -= packet.bytes.length;
    this.pass(packet);
  }

  /** Behind the last packet that is not younger. */
  #placeOf(packet: CapturedPacket): number {
    let [low, high] = [this.#first, this.#held.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#held[middle];
      if (other !== undefined && isYounger(other, packet)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isYounger(packet: CapturedPacket, than: CapturedPacket): boolean {
  return packet.seconds > than.seconds || (packet.seconds === than.seconds && packet.nanos > than.nanos);
}
