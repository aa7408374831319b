import type { Behaviour, Lives } from "./crowd.js";
import { type PeerChoiceName, peerChoices } from "./peer-choice.js";
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

/** `lives`: who comes and goes, when somebody does. */
export function behaviourOf(habits: Habits, users: number, random: Random, lives?: Lives): Behaviour {
  const { talkTo, contacts, groupShare, readShare } = habits;
  const behaviour = { choosePeer: peerChoices[talkTo](users, contacts, random), groupShare, readShare };
  return lives === undefined ? behaviour : { ...behaviour, life: lives };
}
