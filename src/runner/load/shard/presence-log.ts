/** Moments at which a device went, came back, went …, in ms since the start that all shards share; below 0 = before it. */
export type PresenceEntry = readonly [device: number, changesMs: readonly number[]];

const BEFORE_THE_START_MS = -1;

/** When devices were online. One that is not listed was all the time. */
export class PresenceLog {
  readonly #changes: Map<number, number[]>;
  #count = 0;

  constructor(
    entries: readonly PresenceEntry[] = [],
    private readonly changesMax = Number.POSITIVE_INFINITY,
  ) {
    this.#changes = new Map(entries.map(([device, changes]) => [device, [...changes]]));
  }

  /** The device is away when everything begins. */
  startsAway(device: number): void {
    this.#changes.set(device, [BEFORE_THE_START_MS]);
  }

  /** @returns false when there is no room for it */
  changed(device: number, isOnline: boolean, atMs: number): boolean {
    const changes = this.#changes.get(device) ?? [];
    if (isOnline === (changes.length % 2 === 0)) return true;
    if (++this.#count > this.changesMax) return false;
    this.#changes.set(device, changes);
    changes.push(Math.floor(atMs));
    return true;
  }

  /** How often a device has come or gone. */
  get changes(): number {
    return this.#count;
  }

  isOnlineAt(device: number, atMs: number): boolean {
    return this.#changesBy(device, atMs) % 2 === 0;
  }

  /** Whether the device went at a later moment, and before `toMs`. */
  leftBetween(device: number, afterMs: number, toMs: number): boolean {
    const first = this.#changesBy(device, afterMs);
    const goneMs = this.#changes.get(device)?.[first % 2 === 0 ? first : first + 1];
    return goneMs !== undefined && goneMs < toMs;
  }

  leftAfter(device: number, atMs: number): boolean {
    return this.leftBetween(device, atMs, Number.POSITIVE_INFINITY);
  }

  entries(): PresenceEntry[] {
    return [...this.#changes];
  }

  /** Looked for from the end: it is mostly the last ones that somebody asks about. */
  #changesBy(device: number, atMs: number): number {
    const changes = this.#changes.get(device);
    let count = changes?.length ?? 0;
    while (changes !== undefined && count > 0 && (changes[count - 1] as number) > atMs) count--;
    return count;
  }
}
