import { clientTypes, isMobile } from "../../client/client-type.js";
import type { Crowd, Lives } from "./crowd.js";
import { hasPlace, LifePlan, type LifeTimes } from "./life-plan.js";
import type { LoadScenario } from "./load-scenario.js";
import type { PresencePlan } from "./presence-plan.js";
import type { Random } from "./random.js";

const FIRST_MS = 25;
const INTERVAL_MS = 100;

/** Comings and goings, and changes of device: users do what their plan says, as soon as their devices let them. */
export class UserLives implements Lives {
  readonly firstMs = FIRST_MS;
  readonly intervalMs = INTERVAL_MS;
  readonly presence: PresencePlan;
  readonly #plan: LifePlan;
  /** Bit by place: devices of a user that have been brought online since they were last meant to be away. */
  readonly #came: Uint8Array;
  /** 1 = the user is away, as the plan has it by the last pulse. */
  readonly #away: Uint8Array;

  /** `randomOf`: a user's own numbers, the same ones each time. */
  constructor(
    users: number,
    times: LifeTimes,
    { clientTypes: types, startsOnline = () => true }: Pick<LoadScenario, "clientTypes" | "startsOnline">,
    devicesPerUser: number,
    randomOf: (user: number) => Random,
  ) {
    const own = types.slice(0, devicesPerUser);
    const atFirst = own.reduce((bits, _, place) => (startsOnline(place) ? bits | (1 << place) : bits), 0);
    const devices = { isMobile: own.map((type) => isMobile(clientTypes[type])), atFirst };
    const ticks = { firstMs: FIRST_MS, intervalMs: INTERVAL_MS };
    this.#plan = new LifePlan(users, times, devices, ticks, randomOf);
    this.presence = this.#plan;
    this.#away = new Uint8Array(users);
    this.#came = new Uint8Array(users).fill(atFirst);
  }

  happen(crowd: Crowd, atMs: number): void {
    for (let user = 0; user < crowd.users; user++) if (crowd.isOwn(user)) this.#live(crowd, user, atMs);
  }

  isAway(user: number): boolean {
    return this.#away[user] === 1;
  }

  #live(crowd: Crowd, user: number, atMs: number): void {
    const { online } = this.#plan.chapterAt(user, atMs);
    this.#away[user] = online === 0 ? 1 : 0;
    const came = (this.#came[user] as number) & online;
    this.#came[user] = came;
    if (online !== 0 && came === online) return;
    for (let place = 0; place < crowd.devicesPerUser; place++) {
      const device = user * crowd.devicesPerUser + place;
      // Whoever takes another device leaves the old one to the server, which kicks it (LGN-10).
      if (online === 0 && crowd.isOnline(device)) crowd.logOut(device);
      if (!hasPlace(online & ~came, place) || !crowd.isAway(device)) continue;
      crowd.comeOnline(device);
      this.#came[user] = (this.#came[user] as number) | (1 << place);
    }
  }
}
