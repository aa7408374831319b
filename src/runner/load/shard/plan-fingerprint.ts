import { createHash } from "node:crypto";
import type { LoadPlan } from "../load-plan.js";
import type { ScriptPlan } from "../script/script-plan.js";

/** Mean of the waits that are drawn to tell think times from each other. */
const MEAN = 1000;
const DRAWS = 4;

/** The same for every segment of a plan, and for no other plan. Where the servers are, and how long to wait for them, is not part of it. */
export function planFingerprint(plan: LoadPlan): string {
  const random = plan.random(plan.seed);
  const think = plan.thinkTime(MEAN);
  const facts = {
    scenario: plan.scenario.name,
    accounts: plan.accounts.map(({ name }) => name),
    devicesPerUser: plan.devicesPerUser,
    groups: plan.groups,
    durationMs: plan.durationMs,
    actsPerSecond: plan.actsPerSecond,
    stages: plan.stages,
    thinkTime: Array.from({ length: DRAWS }, () => think(random)),
    seed: plan.seed,
    deviceTypes: plan.deviceTypes ?? [],
    messageSize: plan.messageSize,
    isEncrypted: plan.isEncrypted,
    audioShare: plan.audioShare,
    habits: Array.from({ length: DRAWS }, () => plan.behaviour.choosePeer(0, random)),
    lives: Array.from({ length: DRAWS }, (_, user) =>
      plan.behaviour.life?.presence.changedAtMs(user * plan.devicesPerUser, plan.durationMs),
    ),
    finalCheckShare: plan.finalCheckShare,
    shares: [plan.behaviour.groupShare, plan.behaviour.readShare],
    messagesPerSecondMax: plan.messagesPerSecondMax ?? null,
    thresholds: plan.thresholds,
    findMax: plan.findMax ?? null,
    script: plan.script === undefined ? null : scriptFacts(plan.script),
    summaryTrendStats: plan.summaryTrendStats ?? [],
  };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

/** Functions are known by their text. What a file imports, and what it reads when it is loaded, is not part of it. */
function scriptFacts({ takeValues: _, thinkTimes: __, setup, teardown, scenarios, ...facts }: ScriptPlan) {
  return {
    ...facts,
    scenarios: scenarios.map(({ exec, ...scenario }) => ({ ...scenario, exec: String(exec) })),
    hooks: [String(setup), String(teardown)],
  };
}
