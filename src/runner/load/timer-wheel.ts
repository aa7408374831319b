/** Called for each timer that is due; the timer is free again, so it may be set anew from inside. */
export type TimerDue = (timer: number, dueMs: number) => void;

const SLOT_COUNT = 4096;
const SLOT_MASK = SLOT_COUNT - 1;
const NONE = -1;

/**
 * One timer for each of `capacity` rows, in typed arrays: setting, clearing and firing cost a few writes, whatever the
 * number of timers. Slots are 1 ms; a timer further away than the wheel's 4,096 ms waits in its slot for its round.
 */
export class TimerWheel {
  readonly #heads = new Int32Array(SLOT_COUNT).fill(NONE);
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #slots: Int32Array;
  /** When each timer is due, in ms of the caller's clock; NaN = not set. */
  readonly #dueMs: Float64Array;
  readonly #firing: number[] = [];
  /** The last millisecond whose slot was emptied. */
  #tick: number;

  constructor(capacity: number, nowMs: number) {
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#dueMs = new Float64Array(capacity).fill(Number.NaN);
    this.#tick = Math.floor(nowMs);
  }

  isSet(timer: number): boolean {
    return !Number.isNaN(this.#dueMs[timer]);
  }

  /** Sets a timer, replacing what it was set to. One in the past is due at the next advance of a millisecond. */
  set(timer: number, dueMs: number): void {
    this.clear(timer);
    const slot = Math.max(Math.ceil(dueMs), this.#tick + 1) & SLOT_MASK;
    const head = this.#heads[slot] as number;
    if (head !== NONE) this.#previous[head] = timer;
    this.#heads[slot] = timer;
    this.#next[timer] = head;
    this.#previous[timer] = NONE;
    this.#slots[timer] = slot;
    this.#dueMs[timer] = dueMs;
  }

  clear(timer: number): void {
    if (!this.isSet(timer)) return;
    const next = this.#next[timer] as number;
    const previous = this.#previous[timer] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[this.#slots[timer] as number] = next;
    this.#dueMs[timer] = Number.NaN;
  }

  /** Fires what is due at `nowMs`, a millisecond after the other. */
  advance(nowMs: number, due: TimerDue): void {
    const target = Math.floor(nowMs);
    // After a long stall every slot is visited once, not once for each millisecond missed.
    this.#tick = Math.max(this.#tick, target - SLOT_COUNT);
    while (this.#tick < target) {
      this.#tick++;
      this.#fireSlot(this.#tick & SLOT_MASK, nowMs, due);
    }
  }

  #fireSlot(slot: number, nowMs: number, due: TimerDue): void {
    if (this.#heads[slot] === NONE) return;
    // Collected first: what is called may set and clear any timer, these included.
    const firing = this.#firing;
    firing.length = 0;
    for (let timer = this.#heads[slot] as number; timer !== NONE; timer = this.#next[timer] as number) {
      if ((this.#dueMs[timer] as number) <= nowMs) firing.push(timer);
    }
    for (const timer of firing) {
      const dueMs = this.#dueMs[timer] as number;
      if (!(dueMs <= nowMs)) continue;
      this.clear(timer);
      due(timer, dueMs);
    }
  }
}
