import type { ClientTypeName } from "../../client/client-type.js";
import type { Behaviour, Habits } from "./behaviour.js";
import type { ExtraPull } from "./extra-pulls.js";
import type { PresencePlan } from "./presence-plan.js";
import type { Random } from "./random.js";
import type { StartUp } from "./start-up.js";

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

/** What a virtual user does. When it does so is the runner's business. */
export interface LoadScenario {
  readonly name: string;
  readonly summary: string;
  /** Which device a user has first, second, …: its length is the most devices that a user may have. */
  readonly clientTypes: readonly ClientTypeName[];
  /** Devices that a user must have; 1 unless given. */
  readonly devicesMin?: number;
  /** How often a user acts unless the plan says otherwise. */
  readonly actsPerUserPerSecond: number;
  /** What an act is; only messages come under a server's limit for each connection (MSG-08). */
  readonly acts: "messages" | "logins" | "pulls" | "nothing";
  /** Which of a user's devices, by their place among them, are online from the beginning; all unless given. */
  readonly startsOnline?: (place: number) => boolean;
  /** What its users do differently from `habitDefaults`. */
  readonly habits?: Partial<Habits>;
  /** Users whose unread counts and history are checked in the end, as a share; none unless given. */
  readonly finalCheckShare?: number;
  /** How the rate changes over the run unless the plan says: parts of it, and so many times the rate at the end of each. */
  readonly rateShape?: readonly { readonly share: number; readonly factor: number }[];
  readonly pulse?: Pulse;
  /** Who is meant to be online when, as the pulse has it; absent = everybody who starts online. */
  readonly presence?: (durationMs: number, devicesPerUser: number) => PresencePlan;
  newStartUp(): StartUp;
  /** One act of a user that is due. When it is not possible now, its intended time stays. */
  act(crowd: Crowd, user: number): ActOutcome;
  /** A message of the run has arrived, intact. `fromUser` may be the device's own user. */
  onMessage(crowd: Crowd, device: number, fromUser: number, msgId: number, target: number): void;
  /** A device that came online during the run has pulled everything. */
  onReady?(crowd: Crowd, device: number): void;
}
