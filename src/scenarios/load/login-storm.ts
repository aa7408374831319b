import type { LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** Nobody is online at first. An act connects a device, logs in, makes all pulls, and logs out again. */
export const loginStorm: LoadScenario = {
  name: "login-storm",
  summary: "devices connect, log in, pull everything and log out, over and over",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.2,
  acts: "logins",
  startsOnline: () => false,
  newStartUp: () => new ShippedStartUp(),
  act(crowd, user) {
    for (let place = 0; place < crowd.devicesPerUser; place++) {
      const device = user * crowd.devicesPerUser + place;
      if (!crowd.isAway(device)) continue;
      crowd.comeOnline(device);
      return true;
    }
    return false;
  },
  onMessage: () => {},
  onReady: (crowd, device) => crowd.logOut(device),
};
