import type { Crowd, Pulse } from "./load-scenario.js";
import { type ChoosePeer, type PeerChoiceName, peerChoices } from "./peer-choice.js";
import type { Random } from "./random.js";

/** Sizes of a message's text in bytes, from and up to. */
export interface SizeRange {
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** What users have in common, as somebody chooses it. Shares are from 0 to 1. */
export interface Habits {
  readonly talkTo: PeerChoiceName;
  /** Whom a user knows, with talkTo `contacts`. */
  readonly contacts: number;
  /** Of the messages: those that go to a group. */
  readonly groupShare: number;
  /** Of the messages that come: those that are read at once. */
  readonly readShare: number;
  /** How long users stay online, and away, on average; 0 = they stay. */
  readonly onlineMs: number;
  readonly offlineMs: number;
  /** How long a user stays with one device of a class before taking the other one, on average; 0 = for good. */
  readonly switchMs: number;
}

export const habitDefaults: Habits = {
  talkTo: "uniform",
  contacts: 20,
  groupShare: 0,
  readShare: 0.1,
  onlineMs: 0,
  offlineMs: 0,
  switchMs: 0,
};

/** The same, ready to be lived by. */
export interface Behaviour {
  readonly choosePeer: ChoosePeer;
  readonly groupShare: number;
  readonly readShare: number;
  /** Comings and goings, and changes of device; absent = there are none. */
  readonly life?: Pulse;
}

const LIFE_INTERVAL_MS = 100;

export function behaviourOf(habits: Habits, users: number, random: Random): Behaviour {
  const { talkTo, contacts, groupShare, readShare, onlineMs, switchMs } = habits;
  const behaviour = { choosePeer: peerChoices[talkTo](users, contacts, random), groupShare, readShare };
  if (onlineMs === 0 && switchMs === 0) return behaviour;
  return { ...behaviour, life: lifeOf(habits, users) };
}

/** Users leave and return, and change devices, at moments that have no memory. */
function lifeOf({ onlineMs, offlineMs, switchMs }: Habits, users: number): Pulse {
  const away: number[][] = Array.from({ length: users }, () => []);
  const happens = (random: Random, meanMs: number) => meanMs > 0 && random.next() < LIFE_INTERVAL_MS / meanMs;
  return {
    intervalMs: LIFE_INTERVAL_MS,
    happen(crowd) {
      for (let user = 0; user < users; user++) {
        const left = away[user] as number[];
        if (left.length > 0) {
          if (!left.every((device) => crowd.isAway(device)) || !happens(crowd.random, offlineMs)) continue;
          for (const device of left.splice(0)) crowd.comeOnline(device);
          continue;
        }
        if (happens(crowd.random, onlineMs)) left.push(...leave(crowd, user));
        else if (happens(crowd.random, switchMs)) changeDevice(crowd, user);
      }
    },
  };
}

/** Logs out every device of a user. @returns them; none when one of them is on its way there or back */
function leave(crowd: Crowd, user: number): number[] {
  const devices = devicesOf(crowd, user).filter((device) => !crowd.isAway(device));
  if (!devices.every((device) => crowd.isOnline(device))) return [];
  for (const device of devices) crowd.logOut(device);
  return devices;
}

/** Logs in on the other device of a class: the server kicks the one that is online (LGN-10). */
function changeDevice(crowd: Crowd, user: number): void {
  const devices = devicesOf(crowd, user);
  const online = devices.filter((device) => crowd.isOnline(device));
  const from = online[crowd.random.below(online.length)];
  if (from === undefined) return;
  const to = devices.find((device) => device !== from && crowd.isSameClass(device, from));
  if (to !== undefined && crowd.isAway(to)) crowd.comeOnline(to);
}

function devicesOf({ devicesPerUser }: Crowd, user: number): number[] {
  return Array.from({ length: devicesPerUser }, (_, place) => user * devicesPerUser + place);
}
