import type { Random } from "../../../scenarios/load/random.js";
import type { ThinkTimeName } from "../../../scenarios/load/think-time.js";
import type { DeviceSessions } from "../device-sessions.js";
import type { LoadMetrics } from "../load-metrics.js";
import type { Messenger } from "../messenger.js";
import type { Tags } from "../metric-selector.js";
import type { MessageDesk } from "./message-desk.js";
import type { Sleepers } from "./sleepers.js";

/** The run, as its virtual users know it. */
export interface VuContext {
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly metrics: LoadMetrics;
  readonly desk: MessageDesk;
  readonly sleepers: Sleepers;
  readonly random: Random;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly devicesPerUser: number;
  /** Users that virtual users have; the one of setup is not among them. */
  readonly users: number;
  /** Checks by name, in the order of their first appearance. */
  readonly checks: Map<string, { passes: number; fails: number }>;
  /** A wait of people, for a mean. */
  thinkSeconds(meanSeconds: number, spread: ThinkTimeName): number;
  customAdded(name: string, value: number, tags: Tags): void;
}
