import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** Everybody is online. An act takes the user's PC offline or brings it back, which every other PC is told (PRE-01). */
export const presenceStorm: LoadScenario = {
  name: "presence-storm",
  summary: "PCs log out and in again, and every other PC is told of it",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.1,
  acts: "logins",
  newStartUp: () => new ShippedStartUp(),
  act(crowd, user) {
    const pc = user * crowd.devicesPerUser;
    if (crowd.isOnline(pc)) crowd.logOut(pc);
    else if (crowd.isAway(pc)) crowd.comeOnline(pc);
    else return false;
    return true;
  },
  onMessage: () => {},
};
