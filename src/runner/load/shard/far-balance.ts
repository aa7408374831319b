import type { DeliveryCounts } from "../oracle/delivery-counts.js";
import type { Fault } from "../oracle/delivery-fault.js";
import { LOST_AFTER_MS } from "../oracle/lost-messages.js";
import { segmentOf } from "../segment.js";
import { deliveriesIn } from "./delivery-list.js";
import { type DeliveryKey, DeliverySum } from "./delivery-sum.js";
import { ARRIVES_WITHIN_MS, type FarWitness } from "./far-deliveries.js";
import type { LoadShard } from "./load-shard.js";
import { PresenceLog } from "./presence-log.js";

/** A fault that no shard could see alone. */
export interface FarFault extends DeliveryKey {
  readonly kind: Extract<Fault, "lost" | "duplicated" | "reordered" | "corrupted">;
  /** Undefined for what is known by its sums alone. */
  readonly target: number | undefined;
  /** Of an altered msg_id: what the ack says. */
  readonly detail?: string;
}

/** What the shards' books say when they are laid side by side. */
export interface FarBalance {
  /** What is to be added to the shards' own counts. */
  readonly counts: Pick<
    DeliveryCounts,
    "expectedDeliveries" | "delivered" | "lost" | "duplicated" | "reordered" | "corrupted" | "misdelivered" | "unjudged"
  >;
  readonly faults: readonly FarFault[];
  /** What could not be told apart, as text. */
  readonly doubts: readonly string[];
}

/** What a balance needs of a shard. */
export type BalancedShard = Pick<LoadShard, "segment" | "clientTypes" | "far">;

/** Clocks of machines differ by so much at most, when it is asked whether a device was away. */
const CLOCK_SKEW_MS = 1000;

/**
 * Compares what each shard expected of each other one with what has arrived there. A delivery is lost when its message was
 * acknowledged and its recipient, by its own shard, was online from when it was sent until the end.
 * @throws RangeError for a damaged sum
 */
export function balanceOf(shards: readonly BalancedShard[]): FarBalance {
  const balance = new Balance();
  for (const sender of shards) {
    for (const recipient of shards) if (sender !== recipient) balance.add(sender, recipient);
  }
  return balance;
}

/** Two shards, one of which sends to the other, and what is known of that. */
interface Pair {
  readonly sender: BalancedShard;
  readonly recipient: BalancedShard;
  readonly loose: ReadonlySet<number>;
  readonly presences: PresenceLog;
  /** Whether the device was online when the message was sent. */
  readonly wasThere: (key: DeliveryKey) => boolean;
  /** When the recipient's people left; Infinity = when the sender's did. */
  readonly leftMs: number;
  /** Deliveries that nobody awaits, because the device was not online. */
  readonly unawaited: ReadonlySet<string>;
}

class Balance implements FarBalance {
  readonly counts = {
    expectedDeliveries: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    misdelivered: 0,
    unjudged: 0,
  };
  readonly faults: FarFault[] = [];
  readonly doubts: string[] = [];

  add(sender: BalancedShard, recipient: BalancedShard): void {
    const expected = sumIn(sender.far.expected, recipient);
    const received = sumIn(recipient.far.received, sender);
    const presences = new PresenceLog(recipient.far.presences);
    const leftMs = recipient.far.leftMs ?? Number.POSITIVE_INFINITY;
    const wasThere = (key: DeliveryKey) => key.sentMs <= leftMs && presences.isOnlineAt(key.device, key.sentMs);
    const unawaited = this.#addUnsure(expected, sender.far.unsure[recipient.segment.index] ?? [], wasThere);
    const loose = new Set(sender.far.loose);
    const pair = { sender, recipient, loose, presences, wasThere, leftMs, unawaited };
    const { missing, extra, isComplete } = expected.minus(received);
    const altered = alteredIn(missing, extra);
    const damaged = recipient.far.corrupted[sender.segment.index] ?? 0;
    if (isComplete) this.#judge(missing, extra, altered, damaged, pair);
    else if (damaged === 0 && expected.hasSameMessages(received)) this.#judgeIds(altered, pair);
    else this.#judgeSums(expected.count - received.count - damaged, pair);
    this.#judgeOrder(extra, altered, pair);
    if (sender.far.isOverflowing || recipient.far.isOverflowing) {
      this.doubts.push(`${nameOf(pair)}: more went wrong, or came and went, than a shard keeps of it`);
    }
  }

  /** Adds those whose device was online. @returns the others */
  #addUnsure(expected: DeliverySum, rows: readonly number[], wasThere: (key: DeliveryKey) => boolean): Set<string> {
    const unawaited = new Set<string>();
    for (const key of deliveriesIn(rows)) {
      if (wasThere(key)) {
        expected.add(key.senderDevice, key.serial, key.device, key.sentMs, key.msgId);
        continue;
      }
      unawaited.add(keyText(key));
      this.counts.expectedDeliveries--;
    }
    return unawaited;
  }

  #judge(
    missing: readonly DeliveryKey[],
    extra: readonly DeliveryKey[],
    altered: ReadonlyMap<string, DeliveryKey>,
    damaged: number,
    pair: Pair,
  ): void {
    const { sender, recipient, loose, wasThere, unawaited } = pair;
    const { counts } = this;
    const readable = recipient.far.corruptedKeys.filter((key) => isFrom(key, sender));
    const standIns = new StandIns(damaged - readable.length);
    const legible = new Map(readable.map((key) => [keyText(key), key]));
    this.#countAgain(readable.length - legible.size);
    const lost: DeliveryKey[] = [];
    let unjudged = 0;
    for (const key of missing) {
      const text = keyText(key);
      if (altered.has(text)) this.#countAltered(key, altered);
      else if (legible.delete(text)) continue;
      else if (!wasThere(key)) counts.expectedDeliveries--;
      else if (cameOrWent(pair, key)) unjudged++;
      else lost.push(key);
    }
    for (const key of lost.slice(standIns.takeFor(lost.length))) {
      counts.lost++;
      this.faults.push({ kind: "lost", ...key, target: undefined });
    }
    const came = new Set<string>();
    for (const [text, key] of legible) {
      if (loose.has(key.serial) || unawaited.has(text)) {
        counts.expectedDeliveries++;
        came.add(text);
        continue;
      }
      this.#countAgain(1);
    }
    for (const key of extra) {
      const text = keyText(key);
      if (altered.get(text) === key) continue;
      if (loose.has(key.serial) || unawaited.has(text)) {
        // Never acknowledged, or to a device that was not there by the sender's clock; and yet it came.
        counts.expectedDeliveries++;
        came.add(text);
        continue;
      }
      counts.duplicated++;
      counts.delivered--;
      this.faults.push({ kind: "duplicated", ...key, target: undefined });
    }
    for (const key of deliveriesIn(sender.far.abandoned[recipient.segment.index] ?? [])) {
      if (came.has(keyText(key)) || !wasThere(key)) continue;
      counts.expectedDeliveries++;
      unjudged++;
    }
    counts.unjudged += unjudged - standIns.takeFor(unjudged);
    this.#countLeft(standIns.left, loose);
  }

  /** So many came changed after they had come already. */
  #countAgain(count: number): void {
    this.counts.corrupted -= count;
    this.counts.duplicated += count;
  }

  /** What came so changed that nobody can say what it was, and for which nothing is missing that was acknowledged. */
  #countLeft(left: number, loose: Pair["loose"]): void {
    const { counts } = this;
    if (loose.size > 0) {
      counts.expectedDeliveries += left;
      return;
    }
    counts.corrupted -= left;
    counts.misdelivered += left;
  }

  #countAltered(acked: DeliveryKey, altered: ReadonlyMap<string, DeliveryKey>): void {
    const arrived = altered.get(keyText(acked)) as DeliveryKey;
    this.counts.corrupted++;
    this.counts.delivered--;
    const detail = `the sender's ack says msg_id ${acked.msgId}`;
    this.faults.push({ kind: "corrupted", ...arrived, target: undefined, detail });
  }

  /** Everything has arrived, but with other msg_ids than the acks name: more than can be listed. */
  #judgeIds(altered: ReadonlyMap<string, DeliveryKey>, pair: Pair): void {
    const atLeast = Math.max(1, altered.size);
    this.counts.corrupted += atLeast;
    this.counts.delivered -= atLeast;
    this.doubts.push(`${nameOf(pair)}: msg_ids differ from those of the acks in ${atLeast} deliveries or more`);
  }

  /** More differs than can be listed: only how many is known. */
  #judgeSums(net: number, pair: Pair): void {
    const { counts } = this;
    const isClear = pair.recipient.far.presences.length === 0 && pair.loose.size === 0;
    if (net > 0 && isClear) counts.lost += net;
    else if (net > 0) counts.unjudged += net;
    else {
      counts.duplicated -= net;
      counts.delivered += net;
    }
    const what = isClear
      ? "which they are cannot be said"
      : "lost ones cannot be told from those that nobody waited for";
    this.doubts.push(`${nameOf(pair)}: ${Math.abs(net)} deliveries or more do not balance; ${what}`);
  }

  #judgeOrder(extra: readonly DeliveryKey[], altered: ReadonlyMap<string, DeliveryKey>, pair: Pair): void {
    const again = new Set(extra.filter((key) => altered.get(keyText(key)) !== key).map(keyText));
    for (const { after, ...late } of pair.recipient.far.late) {
      if (!isFrom(late, pair.sender) || pair.loose.has(late.serial) || again.has(keyText(late))) continue;
      // A msg_id that was altered says nothing of order: not its own, and not that of what came after it.
      if (altered.has(keyText(late)) || altered.has(keyText({ ...late, serial: after }))) continue;
      this.counts.reordered++;
      this.faults.push({ kind: "reordered", ...late });
    }
  }
}

/** What came so changed that nobody can say what it was: each stands for one of those that are missing. */
class StandIns {
  constructor(public left: number) {}

  /** For how many of so many. */
  takeFor(missing: number): number {
    const count = Math.min(this.left, missing);
    this.left -= count;
    return count;
  }
}

/** Deliveries that arrived with another msg_id than the ack names, as they arrived, by their key. */
function alteredIn(missing: readonly DeliveryKey[], extra: readonly DeliveryKey[]): Map<string, DeliveryKey> {
  const acked = new Set(missing.map(keyText));
  return new Map(extra.filter((key) => acked.has(keyText(key))).map((key) => [keyText(key), key]));
}

function sumIn(sums: LoadShard["far"]["expected"], { segment }: BalancedShard): DeliverySum {
  return DeliverySum.from(sums[segment.index] ?? { count: 0, sum: "" });
}

/**
 * Whether the device came just before the message was sent, or went before it must have had it, when somebody's clock may be
 * wrong.
 */
function cameOrWent({ presences, leftMs, loose }: Pair, { device, serial, sentMs }: DeliveryKey): boolean {
  // What was sent so late may have come when nobody was there any more to take it.
  if (sentMs > leftMs - ARRIVES_WITHIN_MS - CLOCK_SKEW_MS) return true;
  const fromMs = sentMs - CLOCK_SKEW_MS;
  // One whose ack was late may have come late, too.
  const toMs = loose.has(serial) ? Number.POSITIVE_INFINITY : sentMs + LOST_AFTER_MS + CLOCK_SKEW_MS;
  return !presences.isOnlineAt(device, fromMs) || presences.leftBetween(device, fromMs, toMs);
}

function isFrom({ senderDevice }: FarWitness, { segment, clientTypes }: BalancedShard): boolean {
  return segmentOf(Math.floor(senderDevice / clientTypes.length), segment) === segment.index;
}

function keyText({ senderDevice, serial, device }: Pick<DeliveryKey, "senderDevice" | "serial" | "device">): string {
  return `${senderDevice} ${serial} ${device}`;
}

function nameOf({ sender, recipient }: Pair): string {
  return `from segment ${sender.segment.index} to segment ${recipient.segment.index}`;
}
