import { vusMaxOf } from "../executors/executor-plan.js";
import { plannedVus } from "../executors/planned-vus.js";
import type { ScriptPlan } from "../script/script-plan.js";

/** What shards tell each other of a scenario file's users. */
export interface SharedPresence {
  /** One of ours has come online, or its last device has gone. */
  tell(user: number, isOnline: boolean): void;
  /** Whether one of another shard is online, by what it has told. */
  isOnline(user: number): boolean;
}

/** Whether the plan of a scenario file has a user's VU at work by now, or had, so that its devices are online. */
export type PlannedPeople = (user: number, steadyMs: number) => boolean;

export function plannedPeople({ scenarios, usersPerVu }: ScriptPlan): PlannedPeople {
  let firstVu = 0;
  const parts = scenarios.map(({ executor }) => {
    const part = { executor, firstVu };
    firstVu += vusMaxOf(executor);
    return part;
  });
  return (user, steadyMs) => {
    const vu = Math.floor(user / usersPerVu);
    const part = parts.findLast((each) => each.firstVu <= vu);
    return part !== undefined && vu - part.firstVu < plannedVus(part.executor, steadyMs);
  };
}
