import type { DepartmentRecord, NewGroup, UserRecord } from "./storage.js";

export type SeedUser = Omit<UserRecord, "updated"> & { readonly passwordHash: string; readonly salt: string };
export type SeedDepartment = Omit<DepartmentRecord, "updated">;

/** What a store starts with. Ids count from 1 in the order of the lists; passwords are hashed. */
export interface SeedData {
  readonly users: readonly SeedUser[];
  readonly departments: readonly SeedDepartment[];
  readonly groups: readonly NewGroup[];
}

/** What a fixture makes. */
export interface FixtureData extends SeedData {
  /** In plain, in the order of the users: for lists of accounts; no store gets them. */
  readonly passwords: readonly string[];
}
