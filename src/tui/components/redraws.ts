/** Nobody looks at a screen that moves more rarely. */
const PAUSE_MS_MAX = 3000;

/**
 * Tells a view that something has changed: at once, but no more often than once an interval; the last change is always told.
 * With `shareMax`, what comes by itself is drawn more rarely where drawing takes long, so that it takes no more than that
 * share of the time: a large terminal must not cost a load generator its throughput. A key is answered at once.
 */
export class Redraws {
  #version = 0;
  #told = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();

  /** What the last redraw took. */
  #costMs = 0;

  constructor(
    private readonly intervalMs: number,
    private readonly shareMax = 1,
  ) {}

  /** Counts what was told, so that a view knows when to draw. */
  get version(): number {
    return this.#told;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(isByKey = false): void {
    this.#version++;
    if (this.#listeners.size === 0) return;
    if (this.#timer !== undefined && !isByKey) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pauseMs = isByKey ? 0 : Math.min(PAUSE_MS_MAX, this.#costMs / this.shareMax);
    const waitMs = this.#toldMs + Math.max(this.intervalMs, pauseMs) - performance.now();
    if (waitMs <= 0) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), waitMs);
  }

  /** Nothing more is told. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #tell(): void {
    this.#timer = undefined;
    this.#toldMs = performance.now();
    this.#told = this.#version;
    for (const listener of this.#listeners) listener();
    // The view draws once this has returned, before anything else has its turn.
    setImmediate(() => {
      this.#costMs = performance.now() - this.#toldMs;
    });
  }
}
