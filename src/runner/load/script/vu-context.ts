import type { ClientTypeName } from "../../../client/client-type.js";
import type { ExtraPull } from "../../../scenarios/load/extra-pulls.js";
import type { Random } from "../../../scenarios/load/random.js";
import type { ThinkTimeName } from "../../../scenarios/load/think-time.js";
import type { VirtualDevice } from "../devices/virtual-device.js";
import type { LoadMetrics } from "../metrics/load-metrics.js";
import type { Tags } from "../metrics/metric-selector.js";
import type { Segment } from "../segment.js";
import type { MessageDesk } from "./message-desk.js";
import type { Sleepers } from "./sleepers.js";

/** What virtual users have devices do: DeviceSessions. */
interface VuSessions {
  readonly devices: readonly VirtualDevice[];
  isOnline(device: number): boolean;
  isAway(device: number): boolean;
  become(device: number, type: ClientTypeName): void;
  startInTurn(device: number, signal: AbortSignal): Promise<void>;
  logOut(device: number): void;
  cut(device: number): void;
  pullNow(device: number, name: ExtraPull, peerId: number, intendedMs: number): Promise<void> | undefined;
}

/** What they have messages do, and whom they know: Messenger. Targets are users, and groups behind them. */
interface VuMessages {
  intendedMs: number;
  isOwn(user: number): boolean;
  nameOf(user: number): string;
  userIdOf(target: number): number;
  learnUserId(user: number, userId: number): void;
  addGroup(members: readonly number[], groupId: number): number;
  reaches(target: number): boolean;
  canSend(device: number, target: number): boolean;
  sendOwnText(device: number, target: number, text: string | undefined): number;
  readAck(device: number, session: number, msgId: number): void;
}

/** The run, as its virtual users know it. */
export interface VuContext {
  readonly sessions: VuSessions;
  readonly messenger: VuMessages;
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
