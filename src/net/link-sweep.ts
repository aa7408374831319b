/** Something whose silence is watched. */
export interface Watched {
  /** Called with performance.now(); returns when to look again, in ms of the same clock. Infinity: not before `watch`. */
  sweep(nowMs: number): number;
  /** The sweep's own note of where it has put this; 0 to begin with. */
  sweepSlot: number;
}

const SLOT_MS = 250;
/** A sweep that comes so long after the one before says that this process stood still. */
const LATE_MS = 3 * SLOT_MS;
const NOWHERE = 0;
/** By the time at which they are to be looked at, in units of SLOT_MS. */
const slots = new Map<number, Set<Watched>>();
let watched = 0;
let sweptSlot = 0;
let sweptMs = 0;
let wasLate = false;
let timer: NodeJS.Timeout | undefined;

/**
 * Has it looked at soon, and then whenever it says. One timer for all links of the process, that looks only at those whose
 * time may have come: thousands of silent connections must cost neither thousands of timers nor a walk through all of them.
 */
export function watch(one: Watched): void {
  if (watched === 0) sweptSlot = Math.floor(performance.now() / SLOT_MS);
  put(one, sweptSlot + 1);
  if (timer !== undefined) return;
  sweptMs = performance.now();
  wasLate = false;
  timer = setInterval(sweepDue, SLOT_MS);
  timer.unref();
}

export function unwatch(one: Watched): void {
  take(one);
  if (watched > 0 || timer === undefined) return;
  clearInterval(timer);
  timer = undefined;
}

function put(one: Watched, slot: number): void {
  take(one);
  const there = slots.get(slot);
  if (there === undefined) slots.set(slot, new Set([one]));
  else there.add(one);
  one.sweepSlot = slot;
  watched++;
}

function take(one: Watched): void {
  if (one.sweepSlot === NOWHERE) return;
  const there = slots.get(one.sweepSlot);
  there?.delete(one);
  if (there?.size === 0) slots.delete(one.sweepSlot);
  one.sweepSlot = NOWHERE;
  watched--;
}

function sweepDue(): void {
  const nowMs = performance.now();
  const isLate = nowMs - sweptMs > LATE_MS;
  sweptMs = nowMs;
  if (isLate && !wasLate) {
    // What peers sent meanwhile waits to be read, and is no silence of theirs. One sweep is put off, and never two in a row.
    wasLate = true;
    return;
  }
  wasLate = false;
  const dueSlot = Math.floor(nowMs / SLOT_MS);
  for (; sweptSlot < dueSlot; sweptSlot++) {
    for (const one of slots.get(sweptSlot + 1) ?? []) {
      take(one);
      const againMs = one.sweep(nowMs);
      if (againMs < Number.POSITIVE_INFINITY) put(one, Math.max(Math.ceil(againMs / SLOT_MS), dueSlot + 1));
    }
  }
  if (watched === 0) {
    clearInterval(timer);
    timer = undefined;
  }
}
