import { readSome, writeToSomebody } from "./chat-peers.js";
import type { Crowd, LoadScenario } from "./load-scenario.js";
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
  pulse: { intervalMs: TICK_MS, happen: liveOn },
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
    const isWanted = isOnlineAt(time, device, crowd.devicesPerUser);
    if (isWanted && crowd.isAway(device)) crowd.comeOnline(device);
    else if (!isWanted && crowd.isOnline(device)) crowd.logOut(device);
    else if (cutChance > 0 && crowd.isOnline(device) && crowd.random.next() < cutChance) crowd.cut(device);
  }
}

/** Whether the plan of a device's day has it online: it follows from its number alone. */
function isOnlineAt(time: number, device: number, devicesPerUser: number): boolean {
  const user = Math.floor(device / devicesPerUser);
  const isPc = device % devicesPerUser === PC;
  const arrives = isPc ? between(day.dawn, day.atWork, fraction(user, 1)) : 0;
  const leaves = isPc ? between(day.evening, 1, fraction(user, 2)) : 1;
  const hasLunchAway = fraction(user, 3) < (isPc ? 1 / 3 : 1 / 10);
  const isLunch = time >= between(day.lunch, day.lunch + 0.05, fraction(user, 4)) && time < day.back;
  return time >= arrives && time <= leaves && !(hasLunchAway && isLunch);
}

function between(from: number, to: number, fraction: number): number {
  return from + (to - from) * fraction;
}

/** In [0, 1), looks random, and is the same each time: the fractional parts of multiples of an irrational number. */
function fraction(user: number, salt: number): number {
  return ((user + 1) * (Math.SQRT2 + salt * Math.PI)) % 1;
}
