import type { LoadScenario } from "../../../scenarios/load/load-scenario.js";

/** What devices of a scenario file have in common with those of built-in scenarios. Nobody is online until the file says so. */
export function scriptBehaviour(name: string, newStartUp: LoadScenario["newStartUp"]): LoadScenario {
  return {
    name,
    summary: "a scenario file",
    // In the places that vu-device.ts gives a PC and a phone; which of each is the file's choice.
    clientTypes: ["windows", "ios"],
    actsPerUserPerSecond: 0,
    acts: "nothing",
    startsOnline: () => false,
    newStartUp,
    act: () => true,
    onMessage: () => {},
  };
}
