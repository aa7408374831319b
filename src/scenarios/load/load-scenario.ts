import type { ClientTypeName } from "../../client/client-type.js";
import type { ExtraPull } from "./extra-pulls.js";
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
}

/** How many groups the run has, and of how many members. */
interface GroupShape {
  readonly count: number;
  readonly size: number;
}

/** What a virtual user does. When it does so is the runner's business. */
export interface LoadScenario {
  readonly name: string;
  readonly summary: string;
  /** Which device a user has first, second, …: its length is the most devices that a user may have. */
  readonly clientTypes: readonly ClientTypeName[];
  /** How often a user acts unless the plan says otherwise. */
  readonly actsPerUserPerSecond: number;
  /** What an act is; only messages come under a server's limit for each connection (MSG-08). */
  readonly acts: "messages" | "logins" | "pulls" | "nothing";
  /** Which of a user's devices, by their place among them, are online from the beginning; all unless given. */
  readonly startsOnline?: (place: number) => boolean;
  /** Members of the groups that the run is to make. Absent = it needs none. */
  readonly groups?: (users: number, shape: GroupShape, random: Random) => number[][];
  /** Something that happens to the whole crowd again and again. */
  readonly pulse?: { readonly intervalMs: number; readonly happen: (crowd: Crowd) => void };
  newStartUp(): StartUp;
  /** One act of a user that is due. False: not possible now, to be tried again; its intended time stays. */
  act(crowd: Crowd, user: number): boolean;
  /** A message of the run has arrived, intact. `fromUser` may be the device's own user. */
  onMessage(crowd: Crowd, device: number, fromUser: number, msgId: number, target: number): void;
  /** A device that came online during the run has pulled everything. */
  onReady?(crowd: Crowd, device: number): void;
}
