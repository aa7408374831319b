import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** Everybody is online and does nothing but send heartbeats: what connections alone cost a server. */
export const idleOnline: LoadScenario = {
  name: "idle-online",
  summary: "users stay online and send nothing but heartbeats",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0,
  acts: "nothing",
  newStartUp: () => new ShippedStartUp(),
  act: () => true,
  onMessage: () => {},
};
