import { readSome, writeToSomebody } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** Everybody is online on a PC and a phone and writes to anybody, at a steady pace. */
export const steadyChat: LoadScenario = {
  name: "steady-chat",
  summary: "users with a PC and a phone write to each other at a steady rate",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.5,
  acts: "messages",
  newStartUp: () => new ShippedStartUp(),
  act: writeToSomebody,
  onMessage: readSome,
};
