import { readSome, writeToSomebody } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** Everybody is in some groups, made for the run, and writes to one of them; every device of every member must get it. */
export const groupChat: LoadScenario = {
  name: "group-chat",
  summary: "users write to groups made for the run; every member's devices must get each message",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.1,
  acts: "messages",
  habits: { groupShare: 1, readShare: 0.05 },
  newStartUp: () => new ShippedStartUp(),
  act: writeToSomebody,
  onMessage: readSome,
};
