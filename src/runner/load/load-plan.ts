import type { Account } from "../../client/account.js";
import type { ClientTypeName } from "../../client/client-type.js";
import type { Device } from "../../client/device.js";
import type { SizeRange } from "../../scenarios/load/behaviour.js";
import type { Behaviour } from "../../scenarios/load/crowd.js";
import type { LoadScenario } from "../../scenarios/load/load-scenario.js";
import type { Random } from "../../scenarios/load/random.js";
import type { ThinkTime } from "../../scenarios/load/think-time.js";
import type { Stage } from "./crowd/pace.js";
import type { FindMaxPlan } from "./find-max/find-max-plan.js";
import type { Threshold } from "./metrics/threshold.js";
import type { ScriptPlan } from "./script/script-plan.js";
import type { Segment } from "./segment.js";

/**
 * Connects a device, `place` being its number among those of its user, to the msg_server that it is to use; returns that
 * server's name for reports. @throws DialError, ClientError
 */
export type Connect = (device: Device, user: number, place: number, signal: AbortSignal) => Promise<string>;

/** Everything that decides what a run does. */
export interface LoadPlan {
  readonly scenario: LoadScenario;
  /** One for each user; none is used twice, because a second login would kick the first (LGN-10). */
  readonly accounts: readonly Account[];
  readonly devicesPerUser: number;
  /** Kinds of PC and of phone that users have in turn; undefined = as the scenario has them. */
  readonly deviceTypes?: readonly ClientTypeName[] | undefined;
  readonly behaviour: Behaviour;
  /** Members of the groups that the run makes, as numbers of users. */
  readonly groups: readonly (readonly number[])[];
  readonly connect: Connect;
  /** Source addresses that devices take in turn; none = as the system chooses. */
  readonly localAddresses: readonly string[];
  /** Length of the steady phase; with stages, theirs together. */
  readonly durationMs: number;
  /** Acts of all users together; with stages, when they begin. */
  readonly actsPerSecond: number;
  /** How that rate changes; none = it does not. */
  readonly stages: readonly Stage[];
  /** Waits between the acts of one user, for a mean. */
  readonly thinkTime: (mean: number) => ThinkTime;
  readonly seed: number;
  readonly random: (seed: number) => Random;
  /** Of a message's text, the token included. */
  readonly messageSize: SizeRange;
  /** Texts go as the shipped clients send them: AES, then base64. */
  readonly isEncrypted: boolean;
  /** Messages that are audio, from 0 to 1. */
  readonly audioShare: number;
  /** Users of whom unread counts and history are checked in the end, from 0 to 1. */
  readonly finalCheckShare: number;
  /** Devices that connect, log in and pull at the same time. */
  readonly startingMax: number;
  /** Messages that a server takes from one connection in a second (MSG-08); undefined = send whatever the plan says. */
  readonly messagesPerSecondMax: number | undefined;
  readonly heartbeatIntervalMs: number;
  readonly ackTimeoutMs: number;
  /** How long a login or a pull may take. */
  readonly answerTimeoutMs: number;
  /** How long the run waits for what is still on its way when the steady phase is over. */
  readonly drainTimeoutMs: number;
  readonly thresholds: readonly Threshold[];
  /** Aggregates of trends that somebody wants beside the usual ones, by the name they have in k6's summary. */
  readonly summaryTrendStats?: readonly string[] | undefined;
  /** Looks for the highest rate at which something holds, in place of durations and stages. */
  readonly findMax?: FindMaxPlan | undefined;
  /** The part of all this that happens here; all of it unless given. */
  readonly segment?: Segment | undefined;
  /** A scenario file's, in place of what a built-in scenario does. */
  readonly script?: ScriptPlan | undefined;
}

/** Its searches for a highest rate, in the order in which a run has them. */
export function searchesOf({ findMax, script }: LoadPlan): FindMaxPlan[] {
  if (script === undefined) return findMax === undefined ? [] : [findMax];
  return script.scenarios.flatMap(({ executor }) => (executor.executor === "find-max" ? [executor.search] : []));
}

/** What the shipped clients, and servers' limits, suggest. */
export const planDefaults = {
  messageSize: { fromBytes: 64, toBytes: 64 },
  isEncrypted: false,
  audioShare: 0,
  finalCheckShare: 0,
  startingMax: 64,
  /** MSG-08. */
  messagesPerSecondMax: 20,
  heartbeatIntervalMs: 30_000,
  ackTimeoutMs: 10_000,
  answerTimeoutMs: 30_000,
  drainTimeoutMs: 10_000,
  groups: [],
  localAddresses: [],
  stages: [],
  thresholds: [],
} as const;
