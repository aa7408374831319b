import { type DeviationId, type Deviations, deviationIds, deviations } from "./deviations.js";
import type { ClusterInspection, DeviationStatus } from "./inspection.js";
import type { RoleName } from "./role-name.js";
import { roleStatus } from "./role-status.js";
import type { RunningRole } from "./running-role.js";

/** Deviations that a role settles when it opens its ports. */
const settledAtStart: Readonly<Partial<Record<DeviationId, string>>> = {
  "FRM-05": "how a port frames is settled when it opens",
  "FRM-06": "how a port frames is settled when it opens",
  "FRM-15": "how much a port holds is settled when it opens",
  "RTE-02": "who was forgotten does not come back",
  "LSV-02": "what login_server answers is settled when it starts",
  "LSV-03": "what login_server answers is settled when it starts",
};

export interface InspectedCluster {
  readonly roles: readonly RunningRole[];
  /** The very table that the roles were started with: they read it when it matters, so that a switch works at once. */
  readonly deviates: Record<DeviationId, boolean>;
  /** msg_servers here ask a database here: what db_proxy_server does, they do. */
  readonly hasDatabase: boolean;
}

/** Looks into the roles of this process, and lets them be disturbed. */
export function inspectionOf({ roles, deviates, hasDatabase }: InspectedCluster): ClusterInspection {
  const running = new Set<RoleName>(roles.map(({ role }) => role));
  if (hasDatabase) running.add("db");
  const all = deviationIds.map((id) => described(id, running));
  return {
    roles: (question) => roles.map((role) => roleStatus(role, question)),
    deviations: () => all.map((each) => ({ ...each, isOn: deviates[each.id] })),
    kick: (role, userId, clientType) => roles[role]?.inspection?.kick?.(userId, clientType) ?? 0,
    cutLink: (role, id) => roles[role]?.inspection?.cutLink(id) ?? false,
    deviate: (id, isOn) => {
      if (all.find((each) => each.id === id)?.fixedBecause !== undefined) return false;
      deviates[id] = isOn;
      for (const { inspection } of roles) inspection?.deviationsChanged?.();
      return true;
    },
  };
}

/** A table of its own for a cluster whose deviations may be switched. */
export function switchable(deviates: Deviations): Record<DeviationId, boolean> {
  return { ...deviates };
}

function described(id: DeviationId, running: ReadonlySet<RoleName>): Omit<DeviationStatus, "isOn"> {
  const { roles, does } = deviations[id];
  const absent = roles.some((role) => running.has(role)) ? undefined : `no ${roles.join(" or ")} runs here`;
  const fixedBecause = absent ?? settledAtStart[id];
  return { id, roles, does, ...(fixedBecause === undefined ? {} : { fixedBecause }) };
}
