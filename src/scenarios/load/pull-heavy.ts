import { extraPulls } from "./extra-pulls.js";
import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** Everybody is online and opens lists and chats: an act is one pull, or a page of history. */
export const pullHeavy: LoadScenario = {
  name: "pull-heavy",
  summary: "users open lists and chats: pulls and pages of history",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.5,
  acts: "pulls",
  newStartUp: () => new ShippedStartUp(),
  act(crowd, user) {
    const device = user * crowd.devicesPerUser + crowd.random.below(crowd.devicesPerUser);
    const name = extraPulls[crowd.random.below(extraPulls.length)] as (typeof extraPulls)[number];
    return crowd.pull(device, name, crowd.behaviour.choosePeer(user, crowd.random));
  },
  onMessage: () => {},
};
