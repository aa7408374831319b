import { formatAddress } from "../net/address.js";
import type { ClientQuestion, RoleStatus } from "./inspection.js";
import type { RunningRole } from "./running-role.js";

/** A role as it is at the moment. */
export function roleStatus(running: RunningRole, question: ClientQuestion): RoleStatus {
  const { role, addresses, inspection } = running;
  const clients = inspection?.clients?.(question);
  return {
    role,
    addresses: Object.fromEntries(Object.entries(addresses).map(([name, address]) => [name, formatAddress(address)])),
    lacking: running.lacking?.() ?? [],
    links: inspection?.links() ?? [],
    ...(clients === undefined ? {} : { clients }),
    counters: running.counters(),
  };
}
