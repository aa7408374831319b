import type { SeedData } from "./seed-data.js";
import type { Storage } from "./storage.js";

/** A durable store, open: what servers use, and what seeding needs besides. */
export interface OpenedStore {
  readonly storage: Storage;
  userCount(): Promise<number>;
  /** Adds a seed behind what is there. @returns the ids given, in the order of the seed's users and groups */
  seed(data: SeedData, onUsers?: (written: number) => void): Promise<SeededIds>;
}

/** The ids that a seed's users and groups were given, in the order of its lists. */
export interface SeededIds {
  readonly users: readonly number[];
  readonly groups: readonly number[];
}
