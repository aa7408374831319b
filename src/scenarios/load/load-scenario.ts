import type { ClientTypeName } from "../../client/client-type.js";
import type { Habits } from "./behaviour.js";
import type { ActOutcome, Crowd, Pulse } from "./crowd.js";
import type { PresencePlan } from "./presence-plan.js";
import type { StartUp } from "./start-up.js";

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
