import type { DeliveryCounts, Fault } from "../delivery-oracle.js";
import { type DeliveryKey, DeliverySum } from "./delivery-sum.js";
import type { FarWitness } from "./far-deliveries.js";
import type { LoadShard } from "./load-shard.js";

/** A fault that no shard could see alone. */
export interface FarFault extends DeliveryKey {
  readonly kind: Extract<Fault, "lost" | "duplicated" | "reordered">;
  /** Undefined for what is known by its sums alone. */
  readonly target: number | undefined;
  readonly msgId: number;
}

/** What the shards' books say when they are laid side by side. */
export interface FarBalance {
  /** What is to be added to the shards' own counts. */
  readonly counts: Pick<
    DeliveryCounts,
    "expectedDeliveries" | "delivered" | "lost" | "duplicated" | "reordered" | "unjudged"
  >;
  readonly faults: readonly FarFault[];
  /** What could not be told apart, as text. */
  readonly doubts: readonly string[];
}

/** Clocks of machines differ by so much at most, when it is asked whether a device was away. */
const CLOCK_SKEW_MS = 1000;

/**
 * Compares what each shard expected of each other one with what has arrived there. A delivery is lost when its message was
 * acknowledged and its recipient, by its own shard, was online from before it was sent until the end.
 * @throws RangeError for a damaged sum
 */
export function balanceOf(shards: readonly LoadShard[]): FarBalance {
  const balance = new Balance();
  for (const sender of shards) {
    for (const recipient of shards) if (sender !== recipient) balance.add(sender, recipient);
  }
  return balance;
}

class Balance implements FarBalance {
  readonly counts = { expectedDeliveries: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, unjudged: 0 };
  readonly faults: FarFault[] = [];
  readonly doubts: string[] = [];

  add(sender: LoadShard, recipient: LoadShard): void {
    const { counts } = this;
    const expected = sumIn(sender.far.expected, recipient);
    const received = sumIn(recipient.far.received, sender);
    const { missing, extra, isComplete } = expected.minus(received);
    const loose = new Set(sender.far.loose);
    const damaged = recipient.far.corrupted[sender.segment.index] ?? 0;
    if (isComplete) this.#judge(missing, extra, loose, recipient, damaged, sender);
    else this.#judgeSums(expected.count - received.count - damaged, sender, recipient);

    const again = new Set(extra.map(keyText));
    for (const late of recipient.far.late) {
      if (!isFrom(late, sender) || loose.has(late.serial) || again.has(keyText(late))) continue;
      counts.reordered++;
      this.faults.push({ kind: "reordered", ...late });
    }
    if (sender.far.isOverflowing || recipient.far.isOverflowing) {
      this.doubts.push(`${pair(sender, recipient)}: more went wrong than a shard keeps of it`);
    }
  }

  #judge(
    missing: readonly DeliveryKey[],
    extra: readonly DeliveryKey[],
    loose: ReadonlySet<number>,
    recipient: LoadShard,
    damaged: number,
    sender: LoadShard,
  ): void {
    const { counts } = this;
    const away = new Map(recipient.far.awayUntilMs);
    const legible = new Set(recipient.far.corruptedKeys.filter((key) => isFrom(key, sender)).map(keyText));
    const lost: DeliveryKey[] = [];
    let illegible = damaged;
    for (const key of missing) {
      if (legible.has(keyText(key))) illegible--;
      else if (wasAway(away, key)) counts.unjudged++;
      else lost.push(key);
    }
    // What arrived so changed that nobody can say what it was stands for as many of those that are missing.
    for (const key of lost.slice(Math.max(0, illegible))) {
      counts.lost++;
      this.faults.push({ kind: "lost", ...key, target: undefined, msgId: 0 });
    }
    for (const key of extra) {
      if (loose.has(key.serial)) {
        // Never acknowledged, and yet it came.
        counts.expectedDeliveries++;
        continue;
      }
      counts.duplicated++;
      counts.delivered--;
      this.faults.push({ kind: "duplicated", ...key, target: undefined, msgId: 0 });
    }
  }

  /** More differs than can be listed: only how many is known. */
  #judgeSums(net: number, sender: LoadShard, recipient: LoadShard): void {
    const { counts } = this;
    const isClear = recipient.far.awayUntilMs.length === 0 && sender.far.loose.length === 0;
    if (net > 0 && isClear) counts.lost += net;
    else if (net > 0) counts.unjudged += net;
    else {
      counts.duplicated -= net;
      counts.delivered += net;
    }
    const what = isClear
      ? "which they are cannot be said"
      : "lost ones cannot be told from those that nobody waited for";
    this.doubts.push(`${pair(sender, recipient)}: ${Math.abs(net)} deliveries or more do not balance; ${what}`);
  }
}

function sumIn(sums: LoadShard["far"]["expected"], { segment }: LoadShard): DeliverySum {
  const { count, sum } = sums[segment.index] ?? { count: 0, sum: "" };
  return DeliverySum.fromText(count, sum);
}

/** Whether the device was away when the message was sent, or later. */
function wasAway(away: ReadonlyMap<number, number | null>, { device, sentMs }: DeliveryKey): boolean {
  const untilMs = away.get(device);
  return untilMs === null || (untilMs !== undefined && untilMs > sentMs - CLOCK_SKEW_MS);
}

function isFrom({ senderDevice }: FarWitness, { segment, clientTypes }: LoadShard): boolean {
  return Math.floor(senderDevice / clientTypes.length) % segment.count === segment.index;
}

function keyText({ senderDevice, serial, device }: Pick<DeliveryKey, "senderDevice" | "serial" | "device">): string {
  return `${senderDevice} ${serial} ${device}`;
}

function pair(sender: LoadShard, recipient: LoadShard): string {
  return `from segment ${sender.segment.index} to segment ${recipient.segment.index}`;
}
