/** Known commands are all below; a peer that makes up others fills the last slot, not our memory. */
const SLOTS = 0x1000;

/** How many PDUs there were of each command. Hot: one addition in a typed array. */
export class CommandCounts {
  readonly #counts = new Float64Array(SLOTS);

  add(commandId: number, times = 1): void {
    const slot = commandId < SLOTS ? commandId : SLOTS - 1;
    this.#counts[slot] = (this.#counts[slot] as number) + times;
  }

  /** Those that were counted at all. */
  *entries(): Generator<[commandId: number, count: number]> {
    for (const [commandId, count] of this.#counts.entries()) if (count > 0) yield [commandId, count];
  }
}
