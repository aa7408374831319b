import { readSome, writeToSomebody } from "./chat-peers.js";
import type { Crowd } from "./crowd.js";
import type { LoadScenario } from "./load-scenario.js";
import type { PresencePlan } from "./presence-plan.js";
import { ShippedStartUp } from "./start-up.js";

const TICK_MS = 100;
const PC = 0;
/** Devices that lose their connection in the course of an afternoon. */
const CUTS_IN_AFTERNOON = 0.3;

/** Moments of the day as shares of the run. */
const day = { dawn: 0.02, atWork: 0.15, lunch: 0.45, back: 0.57, evening: 0.85 } as const;

/**
 * A day in a few minutes. By night only phones are online. Morning: PCs log in within an eighth of the day. Then chat,
 * and groups; at noon a third of the PCs leave for lunch, and with a tenth of the users their phones, too; in the
 * afternoon connections break; in the evening PCs leave one after the other, and phones go on more quietly.
 */
export const mixedDay: LoadScenario = {
  name: "mixed-day",
  summary: "a day in short: a morning of logins, chat, groups, a lunch break, broken connections, an evening",
  clientTypes: ["windows", "ios"],
  devicesMin: 2,
  actsPerUserPerSecond: 0.3,
  acts: "messages",
  habits: { talkTo: "contacts", groupShare: 0.1, readShare: 0.2 },
  finalCheckShare: 0.1,
  rateShape: [
    { share: day.atWork, factor: 1 },
    { share: day.lunch - day.atWork, factor: 1 },
    { share: (day.back - day.lunch) / 2, factor: 0.3 },
    { share: (day.back - day.lunch) / 2, factor: 1 },
    { share: day.evening - day.back, factor: 1 },
    { share: 1 - day.evening, factor: 0.2 },
  ],
  startsOnline: (place) => place !== PC,
  pulse: { firstMs: TICK_MS / 4, intervalMs: TICK_MS, happen: liveOn },
  presence: (durationMs, devicesPerUser) => new DayPlan(durationMs, devicesPerUser),
  newStartUp: () => new ShippedStartUp(),
  act: writeToSomebody,
  onMessage: readSome,
  onReady: (crowd, device) => crowd.catchUp(device),
};

function liveOn(crowd: Crowd): void {
  const time = crowd.elapsedShare();
  const lastTime = Math.max(0, crowd.elapsedShare(-TICK_MS));
  const breaks = time > day.back && time < day.evening;
  const cutChance = breaks ? (CUTS_IN_AFTERNOON * (time - lastTime)) / (day.evening - day.back) : 0;
  for (let device = 0; device < crowd.users * crowd.devicesPerUser; device++) {
    // Drawn for everybody, so that who is cut does not depend on who is online.
    const isCut = cutChance > 0 && crowd.random.next() < cutChance;
    if (!crowd.isOwn(Math.floor(device / crowd.devicesPerUser))) continue;
    const isWanted = isOnlineAt(time, device, crowd.devicesPerUser);
    if (isWanted && crowd.isAway(device)) crowd.comeOnline(device);
    else if (!isWanted && crowd.isOnline(device)) crowd.logOut(device);
    else if (isCut && crowd.isOnline(device)) crowd.cut(device);
  }
}

/** The same for whoever only wants to know. */
class DayPlan implements PresencePlan {
  constructor(
    private readonly durationMs: number,
    private readonly devicesPerUser: number,
  ) {}

  isOnlineAt(device: number, atMs: number): boolean {
    return isOnlineAt(Math.min(1, Math.max(0, atMs / this.durationMs)), device, this.devicesPerUser);
  }

  changedAtMs(device: number, atMs: number): number {
    const { arrives, leaves, lunchFrom, lunchTo } = dayOf(device, this.devicesPerUser);
    const changes = [arrives, lunchFrom, lunchTo, leaves].map((share) => share * this.durationMs);
    return Math.max(...changes.filter((ms) => ms <= atMs), Number.NEGATIVE_INFINITY);
  }
}

/** Whether the plan of a device's day has it online. */
function isOnlineAt(time: number, device: number, devicesPerUser: number): boolean {
  const { arrives, leaves, lunchFrom, lunchTo } = dayOf(device, devicesPerUser);
  return time >= arrives && time <= leaves && !(time >= lunchFrom && time < lunchTo);
}

/** It follows from the device's number alone. */
function dayOf(device: number, devicesPerUser: number) {
  const user = Math.floor(device / devicesPerUser);
  const isPc = device % devicesPerUser === PC;
  const hasLunchAway = fraction(user, 3) < (isPc ? 1 / 3 : 1 / 10);
  return {
    arrives: isPc ? between(day.dawn, day.atWork, fraction(user, 1)) : 0,
    leaves: isPc ? between(day.evening, 1, fraction(user, 2)) : 1,
    lunchFrom: hasLunchAway ? between(day.lunch, day.lunch + 0.05, fraction(user, 4)) : day.back,
    lunchTo: day.back,
  };
}

function between(from: number, to: number, fraction: number): number {
  return from + (to - from) * fraction;
}

/** In [0, 1), looks random, and is the same each time: the fractional parts of multiples of an irrational number. */
function fraction(user: number, salt: number): number {
  return ((user + 1) * (Math.SQRT2 + salt * Math.PI)) % 1;
}
