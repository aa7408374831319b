import { type Audience, NOT_A_RECIPIENT } from "../oracle/audience.js";
import { type Segment, segmentOf } from "../segment.js";
import { DeliveryList, deliveriesIn } from "./delivery-list.js";
import { DeliverySum } from "./delivery-sum.js";
import type { FarBooks } from "./far-books.js";
import type { PlannedPresence } from "./planned.js";
import { PresenceLog } from "./presence-log.js";
import { RecentArrivals } from "./recent-arrivals.js";

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

/** One that came after a later one of its stream. */
export interface LateArrival extends FarWitness {
  /** The serial of the message that it came after. */
  readonly after: number;
}

/**
 * What came of a message from another shard. `unawaited`: the device was not online when it was sent, or not all the
 * time since, so that it may come or not. `unplanned`: it was, longer than the plan says, and the sender's shard does not know.
 */
export type FarArrival = "first" | "again" | "nobody's" | "unawaited" | "unplanned";

/** Serials remembered of each stream: one that comes again is told from one that comes late. */
const RECENT = 4;
const STREAMS_MAX = 1 << 17;
const LISTED_MAX = 10_000;
/** Deliveries to devices that had just come or gone, to each other shard. */
const UNSURE_MAX = 1 << 20;
/** Comings and goings of devices. */
const CHANGES_MAX = 1 << 22;
/** What has not arrived by then does not: behaviour.md says so of what has no time of its own. */
export const ARRIVES_WITHIN_MS = 5000;
/** Deliveries in doubt that are told to whoever settles; more are waited for. */
const UNSURE_TOLD_MAX = 20_000;

interface Stream {
  newest: number;
  newestMsgId: number;
  /** The serial of the message that had that one. */
  idSerial: number;
  readonly recent: number[];
  place: number;
}

/**
 * Deliveries between this shard and others. Neither side knows the other's half while the run goes on, so each keeps sums
 * of what it has sent or received; the merge subtracts them. Memory follows the number of shards and of streams that are
 * active together, not the number of messages.
 */
export class FarDeliveries {
  /** Of our acknowledged messages, by the shard whose devices must get them; where the plan leaves no doubt that they must. */
  readonly expected: readonly DeliverySum[];
  /** The others one by one: the recipient's shard alone knows whether the device was online. */
  readonly unsure: readonly DeliveryList[];
  /** Of messages that were not acknowledged before their sender's connection was lost, all of them. */
  readonly abandoned: readonly DeliveryList[];
  /** What has arrived here for the first time, by the shard that sent it, where the plan left no doubt that it must. */
  readonly received: readonly DeliverySum[];
  /** How many of the sender's `expected` have come, awaited here or not: when it has as many, nothing is under way. */
  readonly settled: number[];
  /** Arrived changed, by the shard that sent it; those of which it is still legible which message it was. */
  readonly corrupted: number[];
  readonly corruptedKeys: FarWitness[] = [];
  /** Came after a later one of the same stream: out of order unless the sender says otherwise. */
  readonly late: LateArrival[] = [];
  /** Serials of our messages that were acknowledged late or never: nothing follows from their order, and they may arrive or not. */
  readonly loose: number[] = [];
  /** When our devices were online. */
  readonly presences = new PresenceLog([], CHANGES_MAX);
  /** More happened than these lists hold. */
  isOverflowing = false;
  /** The shared start, on this run's clock. */
  epochMs = 0;
  hasBegun = false;
  /** When our devices left while other shards may have gone on, in ms since the shared start. */
  leftMs: number | undefined;
  /** The rest of what has arrived. */
  readonly #receivedUnsure = new Map<number, DeliverySum>();
  readonly #unsureArrivals: readonly RecentArrivals[];
  /**
   * What came changed and stands for as many of those that must come to the device, by the shard that sent it: nothing but
   * the changed one would come any more.
   */
  readonly #standIns = new Map<number, number>();
  #newestSentMs = 0;
  readonly #streams = new Map<number, Stream>();
  #lastUnsureMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly segment: Segment,
    private readonly audience: Audience,
    private readonly planned: PlannedPresence,
    /** Told of deliveries that look wrong: before an arrival that comes out of order is noted as evidence, and when one comes again. */
    private readonly suspect: (senderDevice: number, serial: number, device: number) => void = () => {},
  ) {
    const forEach = <T>(make: () => T): T[] => Array.from({ length: segment.count }, make);
    this.expected = forEach(() => new DeliverySum());
    this.received = forEach(() => new DeliverySum());
    this.unsure = forEach(() => new DeliveryList(UNSURE_MAX));
    this.abandoned = forEach(() => new DeliveryList(LISTED_MAX));
    this.corrupted = forEach(() => 0);
    this.settled = forEach(() => 0);
    this.#unsureArrivals = forEach(() => new RecentArrivals(audience.devices, ARRIVES_WITHIN_MS));
  }

  /** Everything begins now; `away`: our devices that are not online. */
  begin(epochMs: number, away: readonly number[]): void {
    this.epochMs = epochMs;
    this.hasBegun = true;
    for (const device of away) this.presences.startsAway(device);
  }

  /** Everything of ours is over: what our devices do now does not count. `early`: others may still write to them. */
  end(nowMs: number, early: boolean): void {
    this.hasBegun = false;
    if (early) this.leftMs = Math.floor(nowMs - this.epochMs);
  }

  isFar(device: number): boolean {
    return this.shardOf(device) !== this.segment.index;
  }

  shardOf(device: number): number {
    return segmentOf(this.audience.userOf(device), this.segment);
  }

  /** The server has taken one of our messages. @returns deliveries that other shards must see, the unsure ones among them */
  acked(senderDevice: number, target: number, serial: number, sentMs: number, msgId: number): number {
    let count = 0;
    this.#eachFar(senderDevice, target, sentMs, (device, shard, isSure) => {
      count++;
      if (isSure) return this.expected[shard]?.add(senderDevice, serial, device, sentMs, msgId);
      this.#lastUnsureMs = Math.max(this.#lastUnsureMs, sentMs);
      if (!this.unsure[shard]?.add(senderDevice, serial, device, sentMs, msgId)) this.isOverflowing = true;
    });
    return count;
  }

  /** The sender's connection was lost before the ack of one of our messages. */
  gaveUp(senderDevice: number, target: number, serial: number, sentMs: number): void {
    this.#eachFar(senderDevice, target, sentMs, (device, shard) => {
      if (!this.abandoned[shard]?.add(senderDevice, serial, device, sentMs, 0)) this.isOverflowing = true;
    });
  }

  /** Whether something may still be under way of which nobody can say whether it must arrive. */
  isUnsureAt(nowMs: number): boolean {
    return nowMs - this.epochMs < this.#lastUnsureMs + ARRIVES_WITHIN_MS;
  }

  /**
   * Deliveries that others must see, less those of theirs that have come: over all shards, what is under way or lost. Undefined
   * where devices came and went, or acks did not come, so that it says nothing.
   */
  get open(): number | undefined {
    if (this.presences.changes > 0 || this.loose.length > 0) return undefined;
    const came = [...this.settled, ...this.corrupted].reduce((sum, count) => sum + count, 0);
    return this.expected.reduce((sum, { count }) => sum + count, 0) - came;
  }

  /** All that has arrived here for the first time from a shard. */
  allReceived(shard: number): DeliverySum {
    const sure = this.received[shard] as DeliverySum;
    const unsure = this.#receivedUnsure.get(shard);
    return unsure === undefined ? sure : sure.plus(unsure);
  }

  /** As they stand at that moment of the run's clock. */
  books(nowMs: number): FarBooks {
    const { expected, settled, loose, presences } = this;
    return {
      counts: {
        expected: expected.map(({ count }) => count),
        received: [...settled],
        receivedUnsure: [...this.#receivedUnsure.values()].reduce((sum, { count }) => sum + count, 0),
        isUnsure: this.isUnsureAt(nowMs),
        isLoose: loose.length > 0,
        corrupted: this.corrupted.reduce((sum, count) => sum + count, 0),
        changes: presences.changes,
      },
      pageOf: (shard) => ({
        expected: (expected[shard] as DeliverySum).state(),
        received: (this.received[shard] as DeliverySum).state(),
        unsure: this.#unsureSince(nowMs - this.epochMs - ARRIVES_WITHIN_MS, shard) ?? null,
      }),
      awaited: (rows) => this.#awaited(rows),
    };
  }

  #unsureSince(sentMs: number, shard: number): number[] | undefined {
    return this.unsure[shard]?.rowsSince(sentMs, UNSURE_TOLD_MAX);
  }

  #awaited(rows: readonly number[]): number {
    let count = 0;
    const standIns = new Map(this.#standIns);
    for (const { device, serial, sentMs, senderDevice } of deliveriesIn(rows)) {
      if (!this.#wasThere(device, sentMs)) continue;
      const shard = this.shardOf(senderDevice);
      if (this.planned(device, sentMs) !== "online") {
        if (!this.#unsureArrivals[shard]?.has(serial, device)) count++;
        continue;
      }
      const place = this.#placeOf(device, shard);
      const left = standIns.get(place) ?? 0;
      if (left > 0) standIns.set(place, left - 1);
      else count++;
    }
    return count;
  }

  #placeOf(device: number, shard: number): number {
    return device * this.segment.count + shard;
  }

  #eachFar(
    senderDevice: number,
    target: number,
    sentMs: number,
    visit: (device: number, shard: number, isSure: boolean) => void,
  ): void {
    const { audience } = this;
    const size = audience.sizeOf(target);
    for (let recipient = 0; recipient < size; recipient++) {
      const device = audience.deviceAt(recipient, senderDevice, target);
      const shard = this.shardOf(device);
      if (shard === this.segment.index) continue;
      if (audience.numberOf(device, senderDevice, target) !== recipient) continue;
      const planned = this.planned(device, sentMs);
      if (planned !== "away") visit(device, shard, planned === "online");
    }
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
    const shard = this.shardOf(of.senderDevice);
    const planned = this.planned(device, of.sentMs);
    this.#newestSentMs = Math.max(this.#newestSentMs, of.sentMs);
    if (!this.#wasThere(device, of.sentMs)) {
      if (planned === "online") this.#settle(shard);
      return "unawaited";
    }
    const stream = this.#streamOf(
      (of.senderDevice * audience.targetsMax + of.target) * audience.recipientsMax + recipient,
    );
    if (stream.recent.includes(of.serial)) {
      this.suspect(of.senderDevice, of.serial, device);
      return "again";
    }
    stream.recent[stream.place] = of.serial;
    stream.place = (stream.place + 1) % RECENT;
    this.#judgeOrder(stream, device, msgId, of);
    if (planned === "away") return "unplanned";
    if (planned === "online") this.#settle(shard);
    else this.#unsureArrivals[shard]?.add(of.serial, device, of.sentMs);
    this.#sumOf(shard, planned === "online").add(of.senderDevice, of.serial, device, of.sentMs, msgId);
    return "first";
  }

  /**
   * A message from a device of another shard arrived changed; `of` when its token can still be read.
   * @returns false when it was not awaited
   */
  damaged(fromDevice: number, device: number, msgId: number, of?: Omit<FarWitness, "device" | "msgId">): boolean {
    if (of !== undefined && !this.#wasThere(device, of.sentMs)) return false;
    const shard = this.shardOf(fromDevice);
    this.corrupted[shard] = (this.corrupted[shard] as number) + 1;
    if (this.planned(device, of?.sentMs ?? this.#newestSentMs) === "online") {
      const place = this.#placeOf(device, shard);
      this.#standIns.set(place, (this.#standIns.get(place) ?? 0) + 1);
    }
    if (of !== undefined) this.#list(this.corruptedKeys, { ...of, device, msgId });
    return true;
  }

  /** One of our devices has gone, or is back; what the run's end does to it does not count. */
  presence(device: number, isOnline: boolean, nowMs: number): void {
    if (!this.hasBegun) return;
    if (!this.presences.changed(device, isOnline, nowMs - this.epochMs)) this.isOverflowing = true;
    // What was on its way to it is not awaited any more, changed or not.
    if (isOnline || this.#standIns.size === 0) return;
    for (let shard = 0; shard < this.segment.count; shard++) this.#standIns.delete(this.#placeOf(device, shard));
  }

  /** Online when the message was sent, and ever since: what comes over a later connection may come or not. */
  #wasThere(device: number, sentMs: number): boolean {
    return this.presences.isOnlineAt(device, sentMs) && !this.presences.leftAfter(device, sentMs);
  }

  #sumOf(shard: number, isSure: boolean): DeliverySum {
    if (isSure) return this.received[shard] as DeliverySum;
    const sum = this.#receivedUnsure.get(shard) ?? new DeliverySum();
    this.#receivedUnsure.set(shard, sum);
    return sum;
  }

  #settle(shard: number): void {
    this.settled[shard] = (this.settled[shard] as number) + 1;
  }

  /** In the order of sending, and of msg_ids (MSG-09). */
  #judgeOrder(stream: Stream, device: number, msgId: number, of: Omit<FarWitness, "device" | "msgId">): void {
    if (of.serial < stream.newest) this.#isLate({ ...of, device, msgId, after: stream.newest });
    else if (msgId <= stream.newestMsgId) this.#isLate({ ...of, device, msgId, after: stream.idSerial });
    stream.newest = Math.max(stream.newest, of.serial);
    if (msgId <= stream.newestMsgId) return;
    stream.newestMsgId = msgId;
    stream.idSerial = of.serial;
  }

  #isLate(arrival: LateArrival): void {
    this.#list(this.late, arrival);
    this.suspect(arrival.senderDevice, arrival.serial, arrival.device);
  }

  #streamOf(key: number): Stream {
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      if (this.#streams.size >= STREAMS_MAX) this.#streams.delete(this.#streams.keys().next().value as number);
      stream = { newest: 0, newestMsgId: 0, idSerial: 0, recent: [], place: 0 };
      this.#streams.set(key, stream);
    }
    return stream;
  }

  #list<T>(list: T[], entry: T): void {
    if (list.length < LISTED_MAX) list.push(entry);
    else this.isOverflowing = true;
  }
}
