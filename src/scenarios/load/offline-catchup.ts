import { writeToSomebody } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/**
 * People leave while others write to them, and return: they pull unread counts, then the history of each session until
 * they have caught up, and read it. Nobody reads while online, so that the counts are known exactly.
 */
export const offlineCatchup: LoadScenario = {
  name: "offline-catchup",
  summary: "users go offline, messages pile up, they return, and pull unread counts and history until caught up",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.5,
  acts: "messages",
  habits: { talkTo: "contacts", readShare: 0, onlineMs: 6000, offlineMs: 3000 },
  finalCheckShare: 1,
  newStartUp: () => new ShippedStartUp(),
  act: writeToSomebody,
  onMessage: () => {},
  onReady: (crowd, device) => crowd.catchUp(device),
};
