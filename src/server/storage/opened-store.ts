import type { SeedData } from "./seed-data.js";
import type { Storage } from "./storage.js";

/** A durable store, open: what servers use, and what seeding needs besides. */
export interface OpenedStore {
  readonly storage: Storage;
  /** Users of any status. */
  userCount(): Promise<number>;
  /**
   * Adds what of a seed is not there yet: users, departments and groups are known by their names. All or nothing, and one
   * process at a time.
   */
  seed(data: SeedData, options?: SeedOptions): Promise<Seeded>;
  /** Deletes all that the store holds. Rejects in a deployment that others share. */
  empty(): Promise<void>;
}

export interface SeedOptions {
  /** Adds nothing when there is any user. */
  readonly onlyIfEmpty?: boolean;
  /** Told how many users are written so far. */
  readonly onUsers?: (written: number) => void;
}

/** How many of each were added. */
export interface Seeded {
  readonly users: number;
  readonly departments: number;
  readonly groups: number;
}
