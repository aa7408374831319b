import type { CapturedPacket } from "./captured-packet.js";

export interface TimeOrderLimits {
  /** Packets held back at most. */
  readonly reorderPacketsMax: number;
  /** Bytes held back at most. */
  readonly reorderBytesMax: number;
}

/** A capture from several queues or interfaces, or a merged one, is out of order by far less than this. */
export const timeOrderLimits: TimeOrderLimits = { reorderPacketsMax: 4096, reorderBytesMax: 16 << 20 };

const nothing: Buffer = Buffer.alloc(0);

/**
 * Puts packets in order of time within a bounded window, as reordercap does for a whole file; packets of the same time keep
 * the order of the file. A packet without a time stays behind the one that it followed.
 *
 * What is held lies in columns, one slot a packet: thousands of objects that live just long enough to be moved by the garbage
 * collector would cost more than all else that is done with a packet.
 */
export class TimeOrder {
  readonly #numbers: Float64Array;
  readonly #linkTypes: Uint32Array;
  readonly #seconds: Float64Array;
  readonly #nanos: Float64Array;
  readonly #buffers: Buffer[];
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  /** Slots that hold nothing: `#free[0, #freeCount)`. */
  readonly #free: Uint32Array;
  #freeCount: number;
  /** Slots in order of time, `#order[#first, #last)`; moved to the front when the end is reached. */
  readonly #order: Uint32Array;
  #first = 0;
  #last = 0;
  #bytes = 0;
  #lastSeconds = -1;
  #lastNanos = 0;
  readonly #passed = { number: 0, linkType: 0, seconds: 0, nanos: 0, bytes: nothing, start: 0, end: 0 };

  constructor(
    private readonly limits: TimeOrderLimits,
    private readonly pass: (packet: CapturedPacket) => void,
  ) {
    const slots = limits.reorderPacketsMax + 1;
    this.#numbers = new Float64Array(slots);
    this.#linkTypes = new Uint32Array(slots);
    this.#seconds = new Float64Array(slots);
    this.#nanos = new Float64Array(slots);
    this.#buffers = Array.from({ length: slots }, () => nothing);
    this.#starts = new Uint32Array(slots);
    this.#ends = new Uint32Array(slots);
    this.#free = Uint32Array.from({ length: slots }, (_, slot) => slot);
    this.#freeCount = slots;
    this.#order = new Uint32Array(slots * 2);
  }

  /** Hot: a packet that is not older than the newest one held is only appended. */
  push(packet: CapturedPacket): void {
    const { seconds, nanos } = packet;
    const slot = this.#keep(packet);
    if (this.#last === this.#order.length) this.#moveToFront();
    if (seconds < 0 || seconds > this.#lastSeconds || (seconds === this.#lastSeconds && nanos >= this.#lastNanos)) {
      this.#order[this.#last] = slot;
      if (seconds >= 0) {
        this.#lastSeconds = seconds;
        this.#lastNanos = nanos;
      }
    } else {
      const place = this.#placeOf(seconds, nanos);
      this.#order.copyWithin(place + 1, place, this.#last);
      this.#order[place] = slot;
    }
    this.#last++;
    while (
      this.#last - this.#first > this.limits.reorderPacketsMax ||
      (this.#bytes > this.limits.reorderBytesMax && this.#first < this.#last)
    ) {
      this.#passFirst();
    }
  }

  /** Lets all go that is held. */
  release(): void {
    while (this.#first < this.#last) this.#passFirst();
    this.#buffers.fill(nothing);
  }

  #keep({ number, linkType, seconds, nanos, bytes, start = 0, end = bytes.length }: CapturedPacket): number {
    const slot = this.#free[--this.#freeCount] as number;
    this.#numbers[slot] = number;
    this.#linkTypes[slot] = linkType;
    this.#seconds[slot] = seconds;
    this.#nanos[slot] = nanos;
    this.#buffers[slot] = bytes;
    this.#starts[slot] = start;
    this.#ends[slot] = end;
    this.#bytes += end - start;
    return slot;
  }

  #passFirst(): void {
    const slot = this.#order[this.#first++] as number;
    const packet = this.#passed;
    packet.number = this.#numbers[slot] as number;
    packet.linkType = this.#linkTypes[slot] as number;
    packet.seconds = this.#seconds[slot] as number;
    packet.nanos = this.#nanos[slot] as number;
    packet.bytes = this.#buffers[slot] as Buffer;
    packet.start = this.#starts[slot] as number;
    packet.end = this.#ends[slot] as number;
    this.#bytes -= packet.end - packet.start;
    this.#free[this.#freeCount++] = slot;
    this.pass(packet);
  }

  #moveToFront(): void {
    this.#order.copyWithin(0, this.#first, this.#last);
    this.#last -= this.#first;
    this.#first = 0;
  }

  /** Behind the last packet that is not younger. */
  #placeOf(seconds: number, nanos: number): number {
    let [low, high] = [this.#first, this.#last];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const slot = this.#order[middle] as number;
      const heldSeconds = this.#seconds[slot] as number;
      const isYounger = heldSeconds > seconds || (heldSeconds === seconds && (this.#nanos[slot] as number) > nanos);
      if (isYounger) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
