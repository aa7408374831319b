import { type Audience, NOT_A_RECIPIENT } from "../audience.js";
import { type Segment, segmentOf } from "../segment.js";
import { DeliverySum } from "./delivery-sum.js";

/** A delivery from another shard that needs a judge who knows both. */
export interface FarWitness {
  readonly serial: number;
  readonly senderDevice: number;
  /** A user, or `users + g` for the group g. */
  readonly target: number;
  readonly device: number;
  readonly msgId: number;
  /** In ms since the shared start. */
  readonly sentMs: number;
}

/** What came of a message from another shard. */
export type FarArrival = "first" | "again" | "nobody's";

/** Serials remembered of each stream: one that comes again is told from one that comes late. */
const RECENT = 4;
const STREAMS_MAX = 1 << 17;
const LISTED_MAX = 10_000;

interface Stream {
  newest: number;
  newestMsgId: number;
  readonly recent: number[];
  place: number;
}

/**
 * Deliveries between this shard and others. Neither side knows the other's half while the run goes on, so each keeps sums
 * of what it has sent or received; the merge subtracts them. Memory follows the number of shards and of streams that are
 * active together, not the number of messages.
 */
export class FarDeliveries {
  /** Of our acknowledged messages, by the shard whose devices must get them. */
  readonly expected: readonly DeliverySum[];
  /** What has arrived here for the first time, by the shard that sent it. */
  readonly received: readonly DeliverySum[];
  /** Arrived changed, by the shard that sent it; those of which it is still legible which message it was. */
  readonly corrupted: number[];
  readonly corruptedKeys: FarWitness[] = [];
  /** Came after a later one of the same stream: out of order unless the sender says otherwise. */
  readonly late: FarWitness[] = [];
  /** Serials of our messages that were acknowledged late or never: nothing follows from their order, and they may arrive or not. */
  readonly loose: number[] = [];
  /** Our devices that were away after the start, with the moment from which on they were not; null = they did not come back. */
  readonly awayUntilMs = new Map<number, number | null>();
  /** More happened than these lists hold. */
  isOverflowing = false;
  /** The shared start, on this run's clock. */
  epochMs = 0;
  hasBegun = false;
  readonly #streams = new Map<number, Stream>();

  constructor(
    readonly segment: Segment,
    private readonly audience: Audience,
    private readonly startsOnline: (device: number) => boolean,
  ) {
    this.expected = Array.from({ length: segment.count }, () => new DeliverySum());
    this.received = Array.from({ length: segment.count }, () => new DeliverySum());
    this.corrupted = Array.from({ length: segment.count }, () => 0);
  }

  isFar(device: number): boolean {
    return this.shardOf(device) !== this.segment.index;
  }

  shardOf(device: number): number {
    return segmentOf(this.audience.userOf(device), this.segment);
  }

  /** The server has taken one of our messages. @returns deliveries that other shards must see */
  acked(senderDevice: number, target: number, serial: number, sentMs: number): number {
    const { audience } = this;
    const size = audience.sizeOf(target);
    let count = 0;
    for (let recipient = 0; recipient < size; recipient++) {
      const device = audience.deviceAt(recipient, senderDevice, target);
      const shard = this.shardOf(device);
      if (shard === this.segment.index || !this.startsOnline(device)) continue;
      if (audience.numberOf(device, senderDevice, target) !== recipient) continue;
      this.expected[shard]?.add(senderDevice, serial, device, sentMs);
      count++;
    }
    return count;
  }

  /** Nothing follows from the order of this message, nor from its arrival or absence unless it is acknowledged. */
  loosened(serial: number): void {
    this.#list(this.loose, serial);
  }

  /** An intact message from another shard has arrived. Hot. */
  arrived(device: number, msgId: number, of: Omit<FarWitness, "device" | "msgId">): FarArrival {
    const { audience } = this;
    const recipient = audience.numberOf(device, of.senderDevice, of.target);
    if (recipient === NOT_A_RECIPIENT) return "nobody's";
    const stream = this.#streamOf(
      (of.senderDevice * audience.targetsMax + of.target) * audience.recipientsMax + recipient,
    );
    if (stream.recent.includes(of.serial)) return "again";
    stream.recent[stream.place] = of.serial;
    stream.place = (stream.place + 1) % RECENT;
    const isLater = of.serial > stream.newest && msgId > stream.newestMsgId;
    stream.newest = Math.max(stream.newest, of.serial);
    stream.newestMsgId = Math.max(stream.newestMsgId, msgId);
    if (!isLater) this.#list(this.late, { ...of, device, msgId });
    this.received[this.shardOf(of.senderDevice)]?.add(of.senderDevice, of.serial, device, of.sentMs);
    return "first";
  }

  /** A message from a device of another shard arrived changed; `of` when its token can still be read. */
  damaged(fromDevice: number, device: number, msgId: number, of?: Omit<FarWitness, "device" | "msgId">): void {
    const shard = this.shardOf(fromDevice);
    this.corrupted[shard] = (this.corrupted[shard] ?? 0) + 1;
    if (of !== undefined) this.#list(this.corruptedKeys, { ...of, device, msgId });
  }

  /** One of our devices has gone, or is back; what the run's end does to it does not count. */
  presence(device: number, isOnline: boolean, nowMs: number): void {
    if (!this.hasBegun) return;
    if (!isOnline) this.awayUntilMs.set(device, null);
    else if (this.awayUntilMs.has(device)) this.awayUntilMs.set(device, Math.round(nowMs - this.epochMs));
  }

  #streamOf(key: number): Stream {
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      if (this.#streams.size >= STREAMS_MAX) this.#streams.delete(this.#streams.keys().next().value as number);
      stream = { newest: 0, newestMsgId: 0, recent: [], place: 0 };
      this.#streams.set(key, stream);
    }
    return stream;
  }

  #list<T>(list: T[], entry: T): void {
    if (list.length < LISTED_MAX) list.push(entry);
    else this.isOverflowing = true;
  }
}
