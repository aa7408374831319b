import { type ExecutorPlan, lengthOf } from "./executor-plan.js";
import { vusAt } from "./vus-executor.js";

/** VUs that are at work, or were and stay online, so long after the beginning of the steady phase, as far as the plan says. */
export function plannedVus(plan: ExecutorPlan, steadyMs: number): number {
  const atMs = steadyMs - plan.startTimeMs;
  if (atMs < 0) return 0;
  switch (plan.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return plan.vus;
    case "constant-vus":
    case "ramping-vus":
      return vusAt(plan.startVus, plan.stages, Math.min(atMs, lengthOf(plan)));
    default:
      // Whether it takes more of them depends on how slow the servers are.
      return plan.preAllocatedVus;
  }
}
