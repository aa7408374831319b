/** Something whose silence is watched. */
export interface Watched {
  /** Called a few times a second with performance.now(). */
  sweep(nowMs: number): void;
}

const SWEEP_INTERVAL_MS = 250;
const watched = new Set<Watched>();
let timer: NodeJS.Timeout | undefined;

/** One timer for all links of the process: thousands of connections must not mean thousands of timers. */
export function watch(link: Watched): void {
  watched.add(link);
  if (timer !== undefined) return;
  timer = setInterval(sweepAll, SWEEP_INTERVAL_MS);
  timer.unref();
}

export function unwatch(link: Watched): void {
  watched.delete(link);
  if (watched.size > 0 || timer === undefined) return;
  clearInterval(timer);
  timer = undefined;
}

function sweepAll(): void {
  const nowMs = performance.now();
  for (const link of watched) link.sweep(nowMs);
}
