import type { SharedPresence } from "../../../runner/load/shard/far-people.js";

/** Users who have come online, and who have gone, since that was told last. */
export interface PresenceChanges {
  readonly came: readonly number[];
  readonly went: readonly number[];
}

/** Who is online in the other workers, as they tell; and what is told of here, at most once in a turn of the event loop. */
export class ToldPresence implements SharedPresence {
  readonly #online = new Set<number>();
  readonly #told = new Set<number>();
  readonly #changed = new Map<number, boolean>();

  constructor(private readonly pass: (changes: PresenceChanges) => void) {}

  tell(user: number, isOnline: boolean): void {
    if (this.#changed.size === 0) setImmediate(() => this.#flush());
    this.#changed.set(user, isOnline);
  }

  isOnline(user: number): boolean {
    return this.#online.has(user);
  }

  heard({ came, went }: PresenceChanges): void {
    for (const user of came) this.#online.add(user);
    for (const user of went) this.#online.delete(user);
  }

  #flush(): void {
    const came: number[] = [];
    const went: number[] = [];
    for (const [user, isOnline] of this.#changed) {
      if (isOnline === this.#told.has(user)) continue;
      if (isOnline) this.#told.add(user);
      else this.#told.delete(user);
      (isOnline ? came : went).push(user);
    }
    this.#changed.clear();
    if (came.length + went.length > 0) this.pass({ came, went });
  }
}
