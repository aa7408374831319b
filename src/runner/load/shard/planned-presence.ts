import type { PresencePlan } from "../../../scenarios/load/presence-plan.js";
import type { LoadPlan } from "../load-plan.js";
import type { Planned, PlannedPresence } from "./planned.js";

/** How long after the moment of the plan a device may be neither here nor there: a tick of the plan, and a login. */
const UNSURE_MS = 1000;

export function plannedPresence(plan: LoadPlan): PlannedPresence {
  const { scenario, behaviour, durationMs, devicesPerUser, script } = plan;
  // What a scenario file does nobody can know beforehand.
  if (script !== undefined) return () => "unsure";
  const presence = scenario.presence?.(durationMs, devicesPerUser) ?? behaviour.life?.presence;
  if (presence !== undefined) return (device, atMs) => plannedBy(presence, device, atMs);
  const { startsOnline = () => true } = scenario;
  return (device) => (startsOnline(device % devicesPerUser) ? "online" : "away");
}

function plannedBy(presence: PresencePlan, device: number, atMs: number): Planned {
  if (presence.changedAtMs(device, atMs) > atMs - UNSURE_MS) return "unsure";
  return presence.isOnlineAt(device, atMs) ? "online" : "away";
}
