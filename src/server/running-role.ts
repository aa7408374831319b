import type { Address } from "../net/address.js";
import type { Inspection } from "./inspection.js";
import type { RoleName } from "./role-name.js";

/** A server that listens. Every role of a cluster is started and stopped through this. */
export interface RunningRole {
  readonly role: RoleName;
  /** What it listens on, by purpose: `clients`, `http`, `servers`. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** OBS-02: named counters, read while it runs. */
  counters(): Readonly<Record<string, number>>;
  /** What it cannot serve without and does not have now, in words; empty or absent when all is well. */
  lacking?(): readonly string[];
  /** Its links and clients, to look at and to disturb; absent where a role has none. */
  readonly inspection?: Inspection;
  /** OBS-03: stops accepting, finishes pending stores and acks within `graceMs`, then closes every link. */
  stop(graceMs: number): Promise<void>;
}
