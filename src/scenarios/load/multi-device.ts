import { readSome, writeToSomebody } from "./chat-peers.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/**
 * Everybody has four devices, of which a server keeps one PC and one phone online (LGN-09). People change from one to the
 * other, which kicks the one they leave (LGN-10); both that are online must get the same, and what is read on one is
 * read on the other (MSG-14).
 */
export const multiDevice: LoadScenario = {
  name: "multi-device",
  summary: "users change between PCs and between phones, and read on one device what comes to both",
  clientTypes: ["windows", "ios", "mac", "android"],
  actsPerUserPerSecond: 0.3,
  acts: "messages",
  habits: { readShare: 0.5, switchMs: 10_000 },
  finalCheckShare: 1,
  startsOnline: (place) => place < 2,
  newStartUp: () => new ShippedStartUp(),
  act: writeToSomebody,
  onMessage: readSome,
};
