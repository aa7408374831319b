import type { CaseRole, PlayedRole } from "../../src/scenarios/conformance/case-role.js";
import type { DeviationId } from "../../src/server/deviations.js";
import type { MsgServerLimits } from "../../src/server/msg/msg-server-options.js";
import type { Storage } from "../../src/server/storage/storage.js";
import type { WireFault } from "./wire-fault.js";

/** How much of the protocol's own time limits a mutated cluster has, in one place for faults that have timers. */
interface MutantTiming {
  readonly pcIdleTimeoutMs: number;
  readonly loginTimeoutMs: number;
}

/**
 * A reference cluster with one named fault, which the suite must find. The fault sits on a wire, in the store or in an
 * option: the servers themselves know nothing of it, and carry no switch for it.
 */
export interface Mutant {
  /** Permanent, and says what is wrong. */
  readonly id: string;
  /** Requirements that do not hold any more: the cases that cite them are the first to look for it. */
  readonly breaks: readonly [string, ...string[]];
  /** Between clients and each msg_server. Made anew for each cluster, so that a fault may remember things. */
  readonly clients?: (timing: MutantTiming) => WireFault;
  /** Between msg_servers and route_server. */
  readonly route?: () => WireFault;
  readonly storage?: (storage: Storage) => Storage;
  readonly limits?: (limits: MsgServerLimits) => Partial<MsgServerLimits>;
  readonly deviation?: DeviationId;
  /** A server of this role by itself, instead of a cluster as clients see it. */
  readonly role?: Exclude<CaseRole, "msg">;
  /** Of such a server: what is on the wire to its ports, or to the servers that the suite plays around it. */
  readonly ports?: Readonly<Partial<Record<"target" | "clients" | "http" | PlayedRole, () => WireFault>>>;
}
