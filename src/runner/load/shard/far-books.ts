import type { FarSum } from "./delivery-sum.js";

/** What a shard knows of what goes between it and others, in short; lists by shard. */
export interface FarCounts {
  /** Deliveries that must arrive there, where the plan leaves no doubt that the device is online; and those of theirs that came. */
  readonly expected: readonly number[];
  readonly received: readonly number[];
  /** Arrivals so far of which the plan does not say whether they must. */
  readonly receivedUnsure: number;
  /** Something was sent a moment ago of which nobody here knows whether it must arrive. */
  readonly isUnsure: boolean;
  /** Of some messages it is not known whether the server has them, so that the counts alone say nothing. */
  readonly isLoose: boolean;
  /** What has come changed. */
  readonly corrupted: number;
  /** Comings and goings of devices so far. */
  readonly changes: number;
}

/** What one shard has written down of another one. */
export interface FarPage {
  readonly expected: FarSum;
  readonly received: FarSum;
  /** Rows of a DeliveryList: the deliveries in doubt that may still be under way; null = too many to say. */
  readonly unsure: readonly number[] | null;
}

/** A shard's books, open to whoever settles what is under way between shards. */
export interface FarBooks {
  readonly counts: FarCounts;
  pageOf(shard: number): FarPage;
  /** Of deliveries to here that others have sent and not seen arrive: how many may still come. Rows of a DeliveryList. */
  awaited(rows: readonly number[]): number;
}
