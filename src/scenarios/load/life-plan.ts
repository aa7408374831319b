import type { PresencePlan } from "./presence-plan.js";
import type { Random } from "./random.js";

/** Mean times in ms; 0 = it does not happen. */
export interface LifeTimes {
  /** How long users stay online, and away. */
  readonly onlineMs: number;
  readonly offlineMs: number;
  /** How long a user stays with one device of a class before taking the other one. */
  readonly switchMs: number;
}

/** What every user has. */
export interface LifeDevices {
  /** For each of a user's devices, by place: whether it is a phone. A server keeps one of each class online (LGN-09). */
  readonly isMobile: readonly boolean[];
  /** Bit by place: those that are online in the beginning. */
  readonly atFirst: number;
}

/** Changes happen at the ticks of a pulse, the first of them after `firstMs`. */
export interface LifeTicks {
  readonly firstMs: number;
  readonly intervalMs: number;
}

/** From one change to the next. */
export interface Chapter {
  readonly fromMs: number;
  /** Bit by place: the devices that are meant to be online; 0 = the user is away. */
  readonly online: number;
}

/** Enough for whoever asks about a moment a little ago. */
const CHAPTERS_KEPT = 4;

/**
 * When each user leaves and returns, and takes another device: at moments that have no memory, drawn from the user's own
 * random numbers. Nothing of it follows from what servers do.
 */
export class LifePlan implements PresencePlan {
  readonly #lives: (Life | undefined)[];
  readonly #devicesPerUser: number;

  constructor(
    users: number,
    private readonly times: LifeTimes,
    private readonly devices: LifeDevices,
    private readonly ticks: LifeTicks,
    /** The same numbers each time that it is called for a user. */
    private readonly randomOf: (user: number) => Random,
  ) {
    this.#lives = new Array(users);
    this.#devicesPerUser = devices.isMobile.length;
  }

  chapterAt(user: number, atMs: number): Chapter {
    const life = this.#lives[user] ?? this.#begin(user);
    life.goOnTo(atMs);
    return life.chapterAt(atMs) ?? this.#again(user, atMs);
  }

  isOnlineAt(device: number, atMs: number): boolean {
    const user = Math.floor(device / this.#devicesPerUser);
    return hasPlace(this.chapterAt(user, atMs).online, device - user * this.#devicesPerUser);
  }

  changedAtMs(device: number, atMs: number): number {
    const user = Math.floor(device / this.#devicesPerUser);
    this.chapterAt(user, atMs);
    return (this.#lives[user] as Life).changedAtMs(device - user * this.#devicesPerUser, atMs);
  }

  #begin(user: number): Life {
    const life = new Life(this.times, this.devices, this.ticks, this.randomOf(user));
    this.#lives[user] = life;
    return life;
  }

  /** Somebody asks about a chapter that is no longer kept: it is drawn once more. */
  #again(user: number, atMs: number): Chapter {
    const life = new Life(this.times, this.devices, this.ticks, this.randomOf(user));
    life.goOnTo(atMs);
    return life.chapterAt(atMs) as Chapter;
  }
}

/** One user's. */
class Life {
  readonly #chapters: Chapter[];
  /** When the last of them ends, not yet put on a tick. */
  #endMs = 0;
  /** Devices to come back with. */
  #home: number;
  #isLeaving = false;

  constructor(
    private readonly times: LifeTimes,
    private readonly devices: LifeDevices,
    private readonly ticks: LifeTicks,
    private readonly random: Random,
  ) {
    this.#home = devices.atFirst;
    this.#chapters = [{ fromMs: Number.NEGATIVE_INFINITY, online: devices.atFirst }];
    this.#drawEnd(devices.atFirst);
  }

  goOnTo(atMs: number): void {
    for (;;) {
      const fromMs = this.#tickAfter(this.#endMs);
      if (fromMs > atMs) return;
      const before = this.#chapters.at(-1) as Chapter;
      const online = this.#next(before.online);
      // Of what changes twice before a tick, the tick sees the end.
      if (before.fromMs === fromMs) this.#chapters.pop();
      this.#chapters.push({ fromMs, online });
      if (this.#chapters.length > CHAPTERS_KEPT) this.#chapters.shift();
      this.#drawEnd(online);
    }
  }

  chapterAt(atMs: number): Chapter | undefined {
    return this.#chapters.findLast(({ fromMs }) => fromMs <= atMs);
  }

  changedAtMs(place: number, atMs: number): number {
    let changedMs = Number.NEGATIVE_INFINITY;
    let was: boolean | undefined;
    for (const { fromMs, online } of this.#chapters) {
      if (fromMs > atMs) break;
      const is = hasPlace(online, place);
      if (is !== was) changedMs = fromMs;
      was = is;
    }
    return changedMs;
  }

  #next(online: number): number {
    if (online === 0) return this.#home;
    if (!this.#isLeaving) return this.#changed(online);
    this.#home = online;
    return 0;
  }

  /** Takes the other device of a class: one of those that are online, by chance, makes room for it. */
  #changed(online: number): number {
    const { isMobile } = this.devices;
    const places = isMobile.flatMap((_, place) => (hasPlace(online, place) ? [place] : []));
    const from = places[this.random.below(places.length)] as number;
    const to = isMobile.findIndex((mobile, place) => place !== from && mobile === isMobile[from]);
    return to < 0 ? online : (online & ~(1 << from)) | (1 << to);
  }

  #drawEnd(online: number): void {
    const { onlineMs, offlineMs, switchMs } = this.times;
    if (online === 0) {
      this.#endMs += this.#spread(offlineMs);
      return;
    }
    const [leavesIn, changesIn] = [this.#spread(onlineMs), this.#spread(switchMs)];
    this.#isLeaving = leavesIn <= changesIn;
    this.#endMs += Math.min(leavesIn, changesIn);
  }

  #spread(meanMs: number): number {
    return meanMs === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - this.random.next()) * meanMs;
  }

  #tickAfter(ms: number): number {
    const { firstMs, intervalMs } = this.ticks;
    return firstMs + Math.max(0, Math.ceil((ms - firstMs) / intervalMs)) * intervalMs;
  }
}

/** Of a chapter's `online`. */
export function hasPlace(online: number, place: number): boolean {
  return (online & (1 << place)) !== 0;
}
