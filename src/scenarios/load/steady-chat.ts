import type { Crowd, LoadScenario } from "./load-scenario.js";
import { ShippedStartUp } from "./start-up.js";

/** One message in so many is answered with a read ack: people do not open every chat at once. */
const MESSAGES_PER_READ_ACK = 10;
const PEERS_TRIED = 3;

/** Everybody is online on a PC and a phone and writes to anybody, at a steady pace. */
export const steadyChat: LoadScenario = {
  name: "steady-chat",
  summary: "users with a PC and a phone write to each other at a steady rate",
  clientTypes: ["windows", "ios"],
  actsPerUserPerSecond: 0.5,
  newStartUp: () => new ShippedStartUp(),

  act(crowd, user) {
    for (let attempt = 0; attempt < PEERS_TRIED; attempt++) {
      const peer = anybodyElse(crowd, user);
      const device = sendingDevice(crowd, user, peer);
      if (device === undefined) continue;
      crowd.sendText(device, peer);
      return true;
    }
    return false;
  },

  onMessage(crowd, device, fromUser, msgId) {
    const ownUser = Math.floor(device / crowd.devicesPerUser);
    if (fromUser === ownUser || crowd.random.below(MESSAGES_PER_READ_ACK) > 0) return;
    crowd.readAck(device, fromUser, msgId);
  },
};

function anybodyElse(crowd: Crowd, user: number): number {
  return (user + 1 + crowd.random.below(crowd.users - 1)) % crowd.users;
}

/** Any of the user's devices that may send to the peer now, beginning with a random one. */
function sendingDevice(crowd: Crowd, user: number, peer: number): number | undefined {
  const first = crowd.random.below(crowd.devicesPerUser);
  for (let place = 0; place < crowd.devicesPerUser; place++) {
    const device = user * crowd.devicesPerUser + ((first + place) % crowd.devicesPerUser);
    if (crowd.canSend(device, peer)) return device;
  }
  return undefined;
}
