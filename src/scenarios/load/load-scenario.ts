import type { ClientTypeName } from "../../client/client-type.js";
import type { Random } from "./random.js";
import type { StartUp } from "./start-up.js";

/**
 * The run, as a behaviour sees it. Users are numbers from 0; so are devices: those of user `u` are
 * `u * devicesPerUser … u * devicesPerUser + devicesPerUser - 1`.
 */
export interface Crowd {
  readonly users: number;
  readonly devicesPerUser: number;
  readonly random: Random;
  /** Whether the device is online, its last message to that user acknowledged, and the server's limits leave room. */
  canSend(device: number, toUser: number): boolean;
  /** Sends a message that is accounted for. Only after `canSend`. */
  sendText(device: number, toUser: number): void;
  /** Says that the device's user has read a peer's messages up to this one (MSG-14). */
  readAck(device: number, peerUser: number, msgId: number): void;
}

/** What a virtual user does. When it does so is the runner's business. */
export interface LoadScenario {
  readonly name: string;
  readonly summary: string;
  /** Which device a user has first, second, …: its length is the most devices that a user may have. */
  readonly clientTypes: readonly ClientTypeName[];
  /** How often a user acts unless the plan says otherwise. */
  readonly actsPerUserPerSecond: number;
  newStartUp(): StartUp;
  /** One act of a user that is due. False: not possible now, to be tried again; its intended time stays. */
  act(crowd: Crowd, user: number): boolean;
  /** A message of the run has arrived, intact. `fromUser` may be the device's own user. */
  onMessage(crowd: Crowd, device: number, fromUser: number, msgId: number): void;
}
