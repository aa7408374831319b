import type { Address } from "../net/address.js";

export type RoleName = "login" | "route" | "db" | "msg" | "file" | "push" | "http-msg" | "msfs";

/** A server that listens. Every role of a cluster is started and stopped through this. */
export interface RunningRole {
  readonly role: RoleName;
  /** What it listens on, by purpose: `clients`, `http`, `servers`. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** OBS-02: named counters, read while it runs. */
  counters(): Readonly<Record<string, number>>;
  /** OBS-03: stops accepting, finishes pending stores and acks within `graceMs`, then closes every link. */
  stop(graceMs: number): Promise<void>;
}
