import type { LoadScenario } from "./load-scenario.js";
import { steadyChat } from "./steady-chat.js";

/** The built-in scenarios, by name. */
export const loadScenarios: ReadonlyMap<string, LoadScenario> = new Map(
  [steadyChat].map((scenario) => [scenario.name, scenario]),
);
