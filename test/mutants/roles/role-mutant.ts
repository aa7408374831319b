import type { Mutant } from "../mutant.js";

/** Its role is said where it is listed. */
export type RoleMutant = Omit<Mutant, "role">;
