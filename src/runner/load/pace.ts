/** A part of a run in which the rate of acts changes evenly to another one, as k6's ramping-arrival-rate has it. */
export interface Stage {
  readonly durationMs: number;
  /** Acts of all users together at its end. */
  readonly actsPerSecond: number;
}

interface Ramp {
  readonly fromMs: number;
  readonly durationMs: number;
  /** Acts before it, and in it. */
  readonly actsBefore: number;
  readonly acts: number;
  /** Acts a ms at its beginning, and how much more each ms. */
  readonly rate: number;
  readonly growth: number;
}

/**
 * How many acts are meant to have happened by when. Users count their waits in acts of the crowd, which this turns into
 * times: a crowd whose rate grows waits less, and each user keeps the spread of its think times.
 */
export class Pace {
  readonly durationMs: number;
  /** Acts in all; not a whole number. */
  readonly acts: number;
  readonly peakPerSecond: number;
  readonly #ramps: readonly Ramp[];

  constructor(startPerSecond: number, stages: readonly Stage[]) {
    const ramps: Ramp[] = [];
    let fromMs = 0;
    let actsBefore = 0;
    let rate = startPerSecond / 1000;
    for (const { durationMs, actsPerSecond } of stages) {
      const end = actsPerSecond / 1000;
      const acts = ((rate + end) / 2) * durationMs;
      ramps.push({ fromMs, durationMs, actsBefore, acts, rate, growth: (end - rate) / durationMs });
      fromMs += durationMs;
      actsBefore += acts;
      rate = end;
    }
    this.#ramps = ramps;
    this.durationMs = fromMs;
    this.acts = actsBefore;
    this.peakPerSecond = Math.max(startPerSecond, ...stages.map(({ actsPerSecond }) => actsPerSecond));
  }

  /** Acts meant to happen before a moment, in ms since the beginning. */
  actsAt(ms: number): number {
    const ramp = this.#ramps.find(({ fromMs, durationMs }) => ms < fromMs + durationMs);
    if (ramp === undefined) return this.acts;
    const t = Math.max(0, ms - ramp.fromMs);
    return ramp.actsBefore + ramp.rate * t + (ramp.growth * t * t) / 2;
  }

  /** The moment of an act, `acts` counting from 0; undefined for one that is not meant to happen. */
  msAt(acts: number): number | undefined {
    const ramp = this.#ramps.find(({ actsBefore, acts: within }) => acts < actsBefore + within);
    if (ramp === undefined) return undefined;
    const { fromMs, durationMs, actsBefore, rate, growth } = ramp;
    const wanted = acts - actsBefore;
    // The root in this form also serves a constant rate, and loses no digits near it.
    const root = Math.sqrt(Math.max(0, rate * rate + 2 * growth * wanted));
    // Both are 0 for the very beginning of a ramp from 0, of which so little is wanted that the root underflows.
    const t = rate + root === 0 ? 0 : (2 * wanted) / (rate + root);
    return fromMs + Math.min(t, durationMs);
  }
}

/** The same rate for all of the time. */
export function constantPace(actsPerSecond: number, durationMs: number): Pace {
  return new Pace(actsPerSecond, [{ durationMs, actsPerSecond }]);
}
