/** `import … from "teamtalk-testkit/load"`: runs of many devices, their metrics, and what became of every message. */
export type { Account } from "../client/account.js";
export { loadConsole } from "../reports/load/load-console.js";
export { loadJson } from "../reports/load/load-json.js";
export type { DeliveryCounts, Fault } from "../runner/load/delivery-oracle.js";
export type { LoadEvent, LoadSnapshot } from "../runner/load/load-event.js";
export { type Connect, type LoadPlan, planDefaults } from "../runner/load/load-plan.js";
export type { DeliveryWitness, LoadResult } from "../runner/load/load-result.js";
export { LoadBlockedError, type LoadDependencies, runLoad } from "../runner/load/load-run.js";
export type { CounterResult, GaugeResult, MetricResult, TrendResult } from "../runner/load/metrics.js";
export type { Crowd, LoadScenario } from "../scenarios/load/load-scenario.js";
export { loadScenarios } from "../scenarios/load/load-scenarios.js";
export { type Random, seededRandom } from "../scenarios/load/random.js";
export { ShippedStartUp, type StartUp } from "../scenarios/load/start-up.js";
export { steadyChat } from "../scenarios/load/steady-chat.js";
export { type ThinkTime, type ThinkTimeName, thinkTimes } from "../scenarios/load/think-time.js";
