import type { Random } from "../../../scenarios/load/random.js";
import type { ThinkTimeName } from "../../../scenarios/load/think-time.js";
import type { DeviceSessions } from "../device-sessions.js";
import type { LoadMetrics } from "../load-metrics.js";
import type { Messenger } from "../messenger.js";
import type { Tags } from "../metric-selector.js";
import type { Segment } from "../segment.js";
import type { MessageDesk } from "./message-desk.js";
import type { Sleepers } from "./sleepers.js";

/** The run, as its virtual users know it. */
export interface VuContext {
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly metrics: LoadMetrics;
  readonly desk: MessageDesk;
  readonly sleepers: Sleepers;
  /** The part of the users that this process has. */
  readonly segment: Segment;
  /** Whether a user is online, as far as this process knows. */
  readonly isThere: (user: number) => boolean;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly devicesPerUser: number;
  /** Users that virtual users have, those of other segments included; those of setup are not among them. */
  readonly users: number;
  /** Checks by name, in the order of their first appearance. */
  readonly checks: Map<string, { passes: number; fails: number }>;
  /** A wait of people, for a mean. */
  thinkSeconds(meanSeconds: number, spread: ThinkTimeName, random: Random): number;
  customAdded(name: string, value: number, tags: Tags): void;
  /** What is made now all segments hear of. */
  reachesAll(): boolean;
}
