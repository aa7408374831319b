import type { LoadPhase } from "./load-event.js";

/** The spans that a result says, in ms. */
export interface RunSpans {
  readonly rampUpMs: number;
  readonly steadyMs: number;
  readonly drainMs: number;
}

/** Which phase a run is in, and how long its steady phase has been or was. Times on the run's clock. */
export class RunProgress {
  phase: LoadPhase = "ramp-up";
  #steadyBeganMs: number | undefined;
  /** Undefined while it goes on. */
  #steadyMs: number | undefined = 0;

  constructor(
    private readonly now: () => number,
    private readonly entered: (phase: LoadPhase, atMs: number) => void,
  ) {}

  enter(phase: LoadPhase): void {
    this.phase = phase;
    this.entered(phase, Math.round(this.now()));
  }

  steadyBegins(startMs: number): void {
    this.#steadyBeganMs = startMs;
    this.#steadyMs = undefined;
    this.enter("steady");
  }

  steadyEnds(): void {
    this.#steadyMs = this.steadyMs;
  }

  /** So far. */
  get steadyMs(): number {
    return this.#steadyMs ?? this.now() - (this.#steadyBeganMs ?? 0);
  }

  /** When the steady phase was over; 0 when there was none. */
  get steadyEndMs(): number {
    return (this.#steadyBeganMs ?? 0) + this.steadyMs;
  }

  /** What they are by now, as if nothing more came. */
  spansSoFar(): RunSpans {
    const nowMs = this.now();
    const rampUpMs = this.#steadyBeganMs ?? nowMs;
    const { steadyMs } = this;
    return { rampUpMs, steadyMs, drainMs: nowMs - rampUpMs - steadyMs };
  }
}
