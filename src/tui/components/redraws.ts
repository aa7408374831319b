/** Tells a view that something has changed: at once, but no more often than once an interval; the last change is always told. */
export class Redraws {
  #version = 0;
  #told = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly intervalMs: number) {}

  /** Counts what was told, so that a view knows when to draw. */
  get version(): number {
    return this.#told;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    this.#version++;
    if (this.#timer !== undefined || this.#listeners.size === 0) return;
    const waitMs = this.#toldMs + this.intervalMs - performance.now();
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
  }
}
