import { readSome, writeToSomebody } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

const CUT_INTERVAL_MS = 4000;
/** One device in so many loses its connection each time. */
const DEVICES_PER_CUT = 5;

/** Everybody chats; every 4 s a fifth of the devices lose their connections at once and come back after a back-off. */
export const reconnectStorm: LoadScenario = {
  name: "reconnect-storm",
  summary: "users chat while a fifth of the devices lose their connections every 4 s and come back",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.5,
  acts: "messages",
  newStartUp: () => new ShippedStartUp(),
  pulse: {
    firstMs: CUT_INTERVAL_MS / 4,
    intervalMs: CUT_INTERVAL_MS,
    happen(crowd) {
      for (let device = 0; device < crowd.users * crowd.devicesPerUser; device++) {
        // Drawn for everybody, so that who is cut does not depend on who is online.
        if (crowd.random.below(DEVICES_PER_CUT) === 0 && crowd.isOnline(device)) crowd.cut(device);
      }
    },
  },
  act: writeToSomebody,
  onMessage: readSome,
};
