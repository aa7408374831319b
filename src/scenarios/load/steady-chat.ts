import { readSome, writeToAnybody } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** One message in so many is answered with a read ack: people do not open every chat at once. */
const MESSAGES_PER_READ_ACK = 10;

/** Everybody is online on a PC and a phone and writes to anybody, at a steady pace. */
export const steadyChat: LoadScenario = {
  name: "steady-chat",
  summary: "users with a PC and a phone write to each other at a steady rate",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.5,
  acts: "messages",
  newStartUp: () => new ShippedStartUp(),
  act: writeToAnybody,
  onMessage: (crowd, device, fromUser, msgId) =>
    readSome(crowd, device, fromUser, msgId, fromUser, MESSAGES_PER_READ_ACK),
};
