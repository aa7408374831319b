import type { Crowd } from "./load-scenario.js";

const PEERS_TRIED = 3;

/** Writes to anybody else from any of the user's devices that may now. False when none may. */
export function writeToAnybody(crowd: Crowd, user: number): boolean {
  for (let attempt = 0; attempt < PEERS_TRIED; attempt++) {
    if (writeTo(crowd, user, anybodyElse(crowd, user))) return true;
  }
  return false;
}

/** Writes to a user or group from any of the user's devices that may now, beginning with a random one. */
export function writeTo(crowd: Crowd, user: number, target: number): boolean {
  const first = crowd.random.below(crowd.devicesPerUser);
  for (let place = 0; place < crowd.devicesPerUser; place++) {
    const device = user * crowd.devicesPerUser + ((first + place) % crowd.devicesPerUser);
    if (!crowd.canSend(device, target)) continue;
    crowd.sendText(device, target);
    return true;
  }
  return false;
}

export function anybodyElse(crowd: Crowd, user: number): number {
  return (user + 1 + crowd.random.below(crowd.users - 1)) % crowd.users;
}

/** Reads one in `interval` of the messages that others sent, and says so to the server. */
export function readSome(
  crowd: Crowd,
  device: number,
  fromUser: number,
  msgId: number,
  session: number,
  interval: number,
): void {
  const ownUser = Math.floor(device / crowd.devicesPerUser);
  if (fromUser === ownUser || crowd.random.below(interval) > 0) return;
  crowd.readAck(device, session, msgId);
}
