import type { ExtraPull } from "./extra-pulls.js";
import type { ChoosePeer } from "./peer-choice.js";
import type { PresencePlan } from "./presence-plan.js";
import type { Random } from "./random.js";

/**
 * The run, as a behaviour sees it. Users are numbers from 0; so are devices: those of user `u` are
 * `u * devicesPerUser … u * devicesPerUser + devicesPerUser - 1`. Targets of messages are users, then groups.
 */
export interface Crowd {
  readonly users: number;
  readonly devicesPerUser: number;
  readonly random: Random;
  readonly behaviour: Behaviour;
  /** Whether the user acts in this process; others may have the rest of the crowd. */
  isOwn(user: number): boolean;
  /** How much of the steady phase is over, so many ms from now: from 0 to 1. */
  elapsedShare(inMs?: number): number;
  /** Whether a user can be written to: its id is known, which it is from its first login on. */
  isKnown(user: number): boolean;
  /** Whether a server keeps only one of them online (LGN-09). */
  isSameClass(device: number, other: number): boolean;
  /** The groups that the user is a member of, as targets. */
  groupsOf(user: number): readonly number[];
  /** Whether the device is online, its last message to that target acknowledged, and the server's limits leave room. */
  canSend(device: number, target: number): boolean;
  /** Sends a message that is accounted for. Only after `canSend`. */
  sendText(device: number, target: number): void;
  /** Says that the device's user has read a session, a peer's or a group's, up to this message (MSG-14). */
  readAck(device: number, session: number, msgId: number): void;
  isOnline(device: number): boolean;
  /** Neither online nor on its way to be. */
  isAway(device: number): boolean;
  /** Connects a device that is away, logs it in and has it pull; the latencies count from the act's intended time. */
  comeOnline(device: number): void;
  /** LGN-13. */
  logOut(device: number): void;
  /** Loses the connection without a word, as a phone in a tunnel does; the device redials by itself after a back-off. */
  cut(device: number): void;
  /** Pulls once more; false when the device cannot now. `history` is that of the chat with the peer. */
  pull(device: number, name: ExtraPull, peerUser: number): boolean;
  /** Pulls unread counts, and of each session with any its history until nothing is missing, and reads it. */
  catchUp(device: number): void;
}

/** Something that happens to the whole crowd again and again. */
export interface Pulse {
  /** When it comes for the first time, in ms since the beginning. */
  readonly firstMs: number;
  readonly intervalMs: number;
  /**
   * `atMs`: since the beginning, pauses not counted. What it draws must be the same whoever is online, because each process
   * of a run draws it for itself.
   */
  happen(crowd: Crowd, atMs: number): void;
}

/** What an act came to. `false`: not possible now, to be tried again. `away`: there is nobody to do it, and nothing is counted. */
export type ActOutcome = boolean | "away";

/** Comings and goings, and changes of device. */
export interface Lives extends Pulse {
  readonly presence: PresencePlan;
  /** Whether the user is meant to be away now. */
  isAway(user: number): boolean;
}

/** Habits, ready to be lived by. */
export interface Behaviour {
  readonly choosePeer: ChoosePeer;
  readonly groupShare: number;
  readonly readShare: number;
  /** Absent = everybody stays as the scenario begins. */
  readonly life?: Lives;
}
