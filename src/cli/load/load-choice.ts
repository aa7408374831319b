import type { Account } from "../../client/account.js";
import type { ClientTypeName } from "../../client/client-type.js";
import { discoverByHttp } from "../../client/discover.js";
import { type Address, formatAddress } from "../../net/address.js";
import type { Stage } from "../../runner/load/crowd/pace.js";
import { sustainablePerSecond } from "../../runner/load/devices/send-window.js";
import { type FindMaxPlan, findMaxDefaults, ladderOf } from "../../runner/load/find-max/find-max-plan.js";
import { type Connect, type LoadPlan, planDefaults } from "../../runner/load/load-plan.js";
import type { Threshold } from "../../runner/load/metrics/threshold.js";
import { TOKEN_SIZE_BYTES } from "../../runner/load/oracle/message-token.js";
import { scriptBehaviour } from "../../runner/load/script/script-behaviour.js";
import { vusOf } from "../../runner/load/script/script-plan.js";
import { ownCount, type Segment } from "../../runner/load/segment.js";
import { behaviourOf, type Habits, habitDefaults, type SizeRange } from "../../scenarios/load/behaviour.js";
import { groupMembers } from "../../scenarios/load/group-members.js";
import type { LoadScenario } from "../../scenarios/load/load-scenario.js";
import { seededRandom } from "../../scenarios/load/random.js";
import { ShippedStartUp } from "../../scenarios/load/start-up.js";
import { type ThinkTimeName, thinkTimes } from "../../scenarios/load/think-time.js";
import { UserLives } from "../../scenarios/load/user-lives.js";
import { usageError } from "../command-error.js";
import type { ScriptChoice } from "./scenario-file/script-options.js";

/** What somebody chose for a run; what is left out is as the scenario and planDefaults say. */
export interface LoadChoice {
  readonly scenario: LoadScenario;
  /** One for each user. */
  readonly accounts: readonly Account[];
  readonly devicesPerUser?: number | undefined;
  /** Of the steady phase, unless there are stages. */
  readonly durationMs?: number | undefined;
  /** How the rate changes from `rate`, which is 0 then unless given. */
  readonly stages?: readonly Stage[] | undefined;
  /** msg_servers, taken in turn, so that a user's devices meet across servers. */
  readonly targets?: readonly Address[] | undefined;
  /** login_server's HTTP port, asked by each device, when there are no targets. */
  readonly loginServer?: Address | undefined;
  readonly localAddresses?: readonly string[] | undefined;
  /** Acts a second of all users together. */
  readonly rate?: number | undefined;
  readonly thinkTime?: ThinkTimeName | undefined;
  /** What users do differently from the scenario's. */
  readonly habits?: Partial<Habits> | undefined;
  readonly deviceTypes?: readonly ClientTypeName[] | undefined;
  readonly messageSize?: SizeRange | undefined;
  readonly isEncrypted?: boolean | undefined;
  readonly audioShare?: number | undefined;
  readonly finalCheckShare?: number | undefined;
  readonly startingMax?: number | undefined;
  readonly drainTimeoutMs?: number | undefined;
  readonly answerTimeoutMs?: number | undefined;
  readonly allowOverLimit?: boolean | undefined;
  /** How many groups to make, for users who write to groups. */
  readonly groups?: number | undefined;
  readonly groupSize?: { readonly from: number; readonly to: number } | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  /** In place of a duration and stages: how to look for the highest rate. */
  readonly findMax?: (Partial<Omit<FindMaxPlan, "conditions">> & Pick<FindMaxPlan, "conditions">) | undefined;
  /** The part of the plan that this process does. */
  readonly segment?: Segment | undefined;
  /** Somebody hears of all parts, as of `--workers`. */
  readonly isCoordinated?: boolean;
  readonly seed: number;
}

const USERS_MIN = 2;
const RATE_MAX = 10_000_000;
const DURATION_MS = 15_000;
/** Of a search in segments: each takes its time, whatever it comes to. */
const LADDER_STEPS_MAX = 100;
/** Devices of a user that a server keeps online (LGN-09). */
const ONLINE_AT_ONCE = 2;
/** Members of a group, unless there are fewer users. */
export const GROUP_SIZE = 20;
/** Four bytes of length, blocks of 16, and base64 make 4,096 of it. */
const ENCRYPTED_MAX_BYTES = 3068;
/** A user is in so many groups, on average. */
const GROUPS_PER_USER = 2;

/** @throws CommandError when the choice cannot be a run */
export function planFor(choice: LoadChoice): LoadPlan {
  const { scenario, accounts } = choice;
  const devicesPerUser = choice.devicesPerUser ?? scenario.clientTypes.length;
  if (accounts.length < USERS_MIN && scenario.acts !== "nothing")
    throw usageError(`${scenario.name} needs at least ${USERS_MIN} users`);
  if (devicesPerUser > scenario.clientTypes.length) {
    const kinds = scenario.clientTypes.join(" and ");
    throw usageError(
      `--devices ${devicesPerUser}: a server keeps one connection of each class (LGN-09), so ${scenario.name} has ${kinds}`,
    );
  }
  if (devicesPerUser < (scenario.devicesMin ?? 1)) {
    throw usageError(`--devices ${devicesPerUser}: ${scenario.name} needs ${scenario.devicesMin}`);
  }
  const habits = habitsFor(choice, devicesPerUser);
  const messageSize = messageSizeFor(choice);
  requireDivisible(choice, habits);
  const stages = stagesFor(choice);
  const findMax = findMaxFor(choice, accounts.length * devicesPerUser);
  const actsPerSecond = choice.rate ?? (stages.length > 0 ? 0 : accounts.length * scenario.actsPerUserPerSecond);
  if (findMax === undefined && !choice.allowOverLimit && scenario.acts === "messages")
    requireBelowLimit(
      Math.max(actsPerSecond, ...stages.map((stage) => stage.actsPerSecond)),
      accounts.length * Math.min(devicesPerUser, ONLINE_AT_ONCE),
    );
  return {
    ...planDefaults,
    scenario,
    accounts,
    devicesPerUser,
    deviceTypes: choice.deviceTypes,
    behaviour: behaviourOf(
      habits,
      accounts.length,
      seededRandom(choice.seed),
      livesFor(choice, habits, devicesPerUser),
    ),
    groups: groupsFor(choice, habits),
    connect: connectTo(choice),
    localAddresses: choice.localAddresses ?? [],
    durationMs:
      stages.length > 0 ? stages.reduce((sum, stage) => sum + stage.durationMs, 0) : (choice.durationMs ?? DURATION_MS),
    stages,
    actsPerSecond,
    thinkTime: thinkTimes[choice.thinkTime ?? "exponential"],
    seed: choice.seed,
    random: seededRandom,
    messageSize,
    isEncrypted: choice.isEncrypted ?? false,
    audioShare: choice.audioShare ?? 0,
    finalCheckShare: choice.finalCheckShare ?? scenario.finalCheckShare ?? 0,
    startingMax: Math.ceil((choice.startingMax ?? planDefaults.startingMax) / (choice.segment?.count ?? 1)),
    messagesPerSecondMax: choice.allowOverLimit ? undefined : planDefaults.messagesPerSecondMax,
    drainTimeoutMs: choice.drainTimeoutMs ?? planDefaults.drainTimeoutMs,
    answerTimeoutMs: choice.answerTimeoutMs ?? planDefaults.answerTimeoutMs,
    thresholds: choice.thresholds ?? [],
    findMax,
    segment: choice.segment,
  };
}

/** Comings and goings; undefined when nobody comes or goes. */
function livesFor({ scenario, accounts, seed }: LoadChoice, habits: Habits, devices: number): UserLives | undefined {
  if (habits.onlineMs === 0 && habits.switchMs === 0) return undefined;
  // Other numbers than those that say when the user acts.
  const randomOf = (user: number) => seededRandom((~seed - user) >>> 0);
  return new UserLives(accounts.length, habits, scenario, devices, randomOf);
}

/** @throws CommandError for a plan that cannot be parted without somebody who sees all parts */
function requireDivisible({ segment, scenario, accounts }: LoadChoice, habits: Habits): void {
  if (segment === undefined) return;
  if (scenario.presence !== undefined && habits.onlineMs > 0) {
    throw usageError(`${scenario.name} cannot be parted with --online-time: it says itself who is online when`);
  }
  if (ownCount(accounts.length, { ...segment, index: segment.count - 1 }) === 0) {
    throw usageError(`${segment.count} segments need as many users, at least; there are ${accounts.length}`);
  }
}

/** Runs a scenario file, of which `scenario` is the name. */
export function planForScript(choice: Omit<LoadChoice, "scenario">, name: string, file: ScriptChoice): LoadPlan {
  const scenario = scriptBehaviour(name, () => new ShippedStartUp());
  requireVus(choice, file);
  const plan = planFor({
    ...choice,
    scenario,
    messageSize: choice.messageSize ?? file.messageSize,
    isEncrypted: choice.isEncrypted ?? file.isEncrypted,
    audioShare: choice.audioShare ?? file.audioShare,
    finalCheckShare: choice.finalCheckShare ?? file.finalCheckShare,
    durationMs: undefined,
    // A user of one VU in another process would be kicked by it (LGN-10).
    segment: choice.segment && { ...choice.segment, usersTogether: file.script.usersPerVu },
  });
  const { script, thresholds, summaryTrendStats } = file;
  return { ...plan, script, thresholds: [...thresholds, ...plan.thresholds], summaryTrendStats };
}

/** Segments do not hear of each other, so they go through all rates. @throws CommandError when these are too many */
function requireLadder(
  { segment, isCoordinated }: Omit<LoadChoice, "scenario">,
  what: string,
  plan: FindMaxPlan,
): void {
  if (segment === undefined || isCoordinated) return;
  const { length } = ladderOf(plan);
  if (length <= LADDER_STEPS_MAX) return;
  throw usageError(
    `${what}: with --segment it goes through all rates up to the highest, here ${length} steps (at most ` +
      `${LADDER_STEPS_MAX}); lower --max-rate or raise --precision (in a file maxRate and precision), or use --workers`,
  );
}

/** @throws CommandError when a segment would have none, or too many steps of a search */
function requireVus(choice: Omit<LoadChoice, "scenario">, { script }: ScriptChoice): void {
  const { segment } = choice;
  const vus = vusOf(script);
  for (const { name, executor } of script.scenarios) {
    if (executor.executor === "find-max") requireLadder(choice, `${name}, a find-max`, executor.search);
  }
  if (segment === undefined || vus >= segment.count) return;
  throw usageError(`${segment.count} segments need as many VUs, at least; there are ${vus}`);
}

/** @throws CommandError for what does not go together */
function findMaxFor(choice: LoadChoice, devices: number): FindMaxPlan | undefined {
  const { findMax, scenario, accounts, rate, stages = [], durationMs, allowOverLimit } = choice;
  if (findMax === undefined) return undefined;
  if (scenario.acts === "nothing") throw usageError(`${scenario.name} does nothing that could have a rate`);
  if (stages.length > 0 || durationMs !== undefined) {
    throw usageError("--find-max says itself how long it goes on: leave out --duration and --stage");
  }
  const isLimited = scenario.acts === "messages" && !allowOverLimit;
  const most = isLimited ? Math.floor(sustainablePerSecond(planDefaults.messagesPerSecondMax) * devices) : RATE_MAX;
  const maxPerSecond = Math.min(findMax.maxPerSecond ?? most, most);
  const startPerSecond = rate ?? findMax.startPerSecond ?? accounts.length * scenario.actsPerUserPerSecond;
  if (startPerSecond > maxPerSecond) {
    throw usageError(`--rate ${startPerSecond}: the search begins there, and ${maxPerSecond} is the most it may try`);
  }
  if (choice.segment !== undefined && !choice.isCoordinated && findMax.maxPerSecond === undefined) {
    throw usageError(
      "--find-max needs --max-rate with --segment: segments do not hear of each other, so all go through the same rates up to it",
    );
  }
  const plan = { ...findMaxDefaults, ...findMax, startPerSecond, maxPerSecond };
  requireLadder(choice, "--find-max", plan);
  return plan;
}

/** @throws CommandError when something else says how long or how often, too */
function stagesFor({ scenario, stages = [], durationMs, rate, accounts, findMax }: LoadChoice): readonly Stage[] {
  if (scenario.acts === "nothing" && (stages.length > 0 || rate !== undefined)) {
    throw usageError(`${scenario.name} does nothing that could have a rate: leave out --rate and --stage`);
  }
  if (stages.length > 0 && durationMs !== undefined) {
    throw usageError("--duration and --stage both say how long the run is: leave one out");
  }
  if (stages.length > 0 && stages.every((stage) => stage.durationMs === 0)) {
    throw usageError("--stage: one of the stages must take some time");
  }
  const { rateShape, actsPerUserPerSecond } = scenario;
  if (stages.length > 0 || rateShape === undefined || findMax !== undefined) return stages;
  const perSecond = rate ?? accounts.length * actsPerUserPerSecond;
  return rateShape.map(({ share, factor }) => ({
    durationMs: Math.round(share * (durationMs ?? DURATION_MS)),
    actsPerSecond: factor * perSecond,
  }));
}

/** @throws CommandError for groups that the scenario has no use for, or that are larger than the crowd */
function groupsFor({ scenario, accounts, groups, groupSize, seed }: LoadChoice, { groupShare }: Habits): number[][] {
  if (groupShare === 0) {
    if (groups === undefined && groupSize === undefined) return [];
    throw usageError(`${scenario.name} has no groups: --groups and --group-size go with --group-share`);
  }
  const most = Math.min(GROUP_SIZE, accounts.length);
  const { from: sizeFrom, to: sizeTo } = groupSize ?? { from: most, to: most };
  if (sizeTo > accounts.length) throw usageError(`--group-size ${sizeTo}: there are ${accounts.length} users`);
  const count = groups ?? Math.ceil((GROUPS_PER_USER * accounts.length) / Math.sqrt(sizeFrom * sizeTo));
  return groupMembers(accounts.length, { count, sizeFrom, sizeTo }, seededRandom(seed));
}

/** @throws CommandError for habits that do not go together, or that the scenario has no use for */
function habitsFor({ scenario, habits: chosen = {}, deviceTypes }: LoadChoice, devicesPerUser: number): Habits {
  const habits = { ...habitDefaults, ...scenario.habits, ...chosen };
  if (scenario.acts !== "messages" && Object.keys(chosen).length > 0) {
    throw usageError(
      `${scenario.name} sends no messages: ${Object.keys(chosen).map(flagOf).join(", ")} are for those that do`,
    );
  }
  if (chosen.contacts !== undefined && habits.talkTo !== "contacts")
    throw usageError("--contacts goes with --talk-to contacts");
  if (habits.onlineMs > 0 !== habits.offlineMs > 0) {
    throw usageError("--online-time and --offline-time go together: how long users stay, and how long they are away");
  }
  if (chosen.switchMs !== undefined && devicesPerUser < 3) {
    throw usageError("--switch-time needs a further device to change to: it is for multi-device");
  }
  if (deviceTypes !== undefined && scenario.clientTypes.length > 2) {
    throw usageError(`${scenario.name} has all types of device: --device-types is for other scenarios`);
  }
  return habits;
}

function flagOf(habit: string): string {
  return `--${habit.replace(/Ms$/, "Time").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws CommandError for one that has no room for the token, or that servers would cut (MSG-05) */
function messageSizeFor({ messageSize = planDefaults.messageSize, isEncrypted }: LoadChoice): SizeRange {
  const { fromBytes, toBytes } = messageSize;
  if (fromBytes < TOKEN_SIZE_BYTES) {
    throw usageError(`--size ${fromBytes}: the token that proves delivery needs ${TOKEN_SIZE_BYTES} bytes`);
  }
  if (isEncrypted && toBytes > ENCRYPTED_MAX_BYTES) {
    throw usageError(
      `--size ${toBytes}: encrypted text has at most ${ENCRYPTED_MAX_BYTES} bytes, or servers cut it (MSG-05)`,
    );
  }
  return messageSize;
}

function requireBelowLimit(actsPerSecond: number, devices: number): void {
  const limit = planDefaults.messagesPerSecondMax;
  const most = Math.floor(sustainablePerSecond(limit) * devices);
  if (actsPerSecond <= most) return;
  throw usageError(
    `${actsPerSecond} messages a second are too many for ${devices} connections: servers drop what exceeds ${limit} a ` +
      `second on one (MSG-08), which leaves ${most}. Lower --rate, add --users, or say --allow-over-limit`,
  );
}

function connectTo({ targets = [], loginServer }: LoadChoice): Connect {
  if (targets.length === 0 && loginServer === undefined) {
    throw usageError(
      "say where to: --target host:port of a msg_server, or --login host:port of a login_server's HTTP port",
    );
  }
  return async (device, user, place, signal) => {
    const address =
      targets.length > 0
        ? (targets[(user + place) % targets.length] as Address)
        : (await discoverByHttp(loginServer as Address)).address;
    await device.connect(address, signal);
    return formatAddress(address);
  };
}
