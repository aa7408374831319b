import type { ActOutcome, Crowd } from "./crowd.js";

const PEERS_TRIED = 3;

/** Writes to somebody whom the behaviour chooses, or to one of the user's groups, from any of its devices that may now. */
export function writeToSomebody(crowd: Crowd, user: number): ActOutcome {
  if (isUserAway(crowd, user)) return "away";
  const { choosePeer, groupShare } = crowd.behaviour;
  const groups = crowd.groupsOf(user);
  const isForGroup = groups.length > 0 && (groupShare >= 1 || crowd.random.next() < groupShare);
  if (isForGroup) return writeTo(crowd, user, groups[crowd.random.below(groups.length)] as number);
  // Somebody in no group who writes to groups alone has nobody to write to; the act is done.
  if (groupShare >= 1) return true;
  let knowsSomebody = false;
  for (let attempt = 0; attempt < PEERS_TRIED; attempt++) {
    const peer = choosePeer(user, crowd.random);
    if (!crowd.isKnown(peer)) continue;
    knowsSomebody = true;
    if (writeTo(crowd, user, peer)) return true;
  }
  return knowsSomebody ? false : "away";
}

/** Writes to a user or group from any of the user's devices that may now, beginning with a random one. */
function writeTo(crowd: Crowd, user: number, target: number): boolean {
  const first = crowd.random.below(crowd.devicesPerUser);
  for (let place = 0; place < crowd.devicesPerUser; place++) {
    const device = user * crowd.devicesPerUser + ((first + place) % crowd.devicesPerUser);
    if (!crowd.canSend(device, target)) continue;
    crowd.sendText(device, target);
    return true;
  }
  return false;
}

/** Whether the user is meant to be away; without a plan for that, none of its devices is online, or on its way to be. */
function isUserAway(crowd: Crowd, user: number): boolean {
  const { life } = crowd.behaviour;
  if (life !== undefined) return life.isAway(user);
  for (let place = 0; place < crowd.devicesPerUser; place++) {
    if (!crowd.isAway(user * crowd.devicesPerUser + place)) return false;
  }
  return true;
}

/** Reads some of the messages that others sent, as the behaviour says, and tells the server. */
export function readSome(crowd: Crowd, device: number, fromUser: number, msgId: number, target: number): void {
  const ownUser = Math.floor(device / crowd.devicesPerUser);
  const { readShare } = crowd.behaviour;
  if (fromUser === ownUser || readShare === 0 || crowd.random.next() >= readShare) return;
  crowd.readAck(device, target >= crowd.users ? target : fromUser, msgId);
}
