/** A part of a run in which the rate of acts changes evenly to another one, as k6's ramping-arrival-rate has it. */
export interface Stage {
  readonly durationMs: number;
  /** Acts of all users together at its end. */
  readonly actsPerSecond: number;
}

/** Rates in acts a second. */
interface Leg {
  readonly durationMs: number;
  readonly from: number;
  readonly to: number;
  /** The planned stage that it is a part of, from 0: a pause or another rate parts stages, and makes none. */
  readonly stage: number;
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
  readonly stage: number;
}

/** Of an act; sums of rates and times are not exact. */
const ROUNDING = 1e-9;

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

  constructor(
    private readonly legs: readonly Leg[],
    /** How many there are in the plan. */
    readonly stages: number,
  ) {
    const ramps: Ramp[] = [];
    let fromMs = 0;
    let actsBefore = 0;
    for (const { durationMs, from, to, stage } of legs) {
      const mean = (from + to) / 2 / 1000;
      // An endless leg without acts has none, and not NaN.
      const acts = mean === 0 ? 0 : mean * durationMs;
      const growth = (to - from) / 1000 / durationMs;
      ramps.push({ fromMs, durationMs, actsBefore, acts, rate: from / 1000, growth, stage });
      fromMs += durationMs;
      actsBefore += acts;
    }
    this.#ramps = ramps;
    this.durationMs = fromMs;
    this.acts = actsBefore;
    this.peakPerSecond = Math.max(0, ...legs.flatMap(({ from, to }) => [from, to]));
  }

  /** Acts meant to happen before a moment, in ms since the beginning. */
  actsAt(ms: number): number {
    const ramp = this.#rampAt(ms);
    if (ramp === undefined) return this.acts;
    const t = Math.max(0, ms - ramp.fromMs);
    return ramp.actsBefore + ramp.rate * t + (ramp.growth * t * t) / 2;
  }

  /** Acts a second at a moment; 0 when it is over. */
  rateAt(ms: number): number {
    const ramp = this.#rampAt(ms);
    return ramp === undefined ? 0 : (ramp.rate + ramp.growth * Math.max(0, ms - ramp.fromMs)) * 1000;
  }

  /** Which of the stages a moment is in, from 0. */
  stageAt(ms: number): number {
    return this.#rampAt(ms)?.stage ?? this.stages - 1;
  }

  /** The moment of an act, `acts` counting from 0; undefined for one that is not meant to happen. */
  msAt(acts: number): number | undefined {
    for (const ramp of this.#ramps) if (acts < ramp.actsBefore + ramp.acts) return momentIn(ramp, acts);
    return undefined;
  }

  /** The moment by which so many acts are complete, the very end included. */
  msOf(acts: number): number | undefined {
    const ramp = this.#ramps.find(({ actsBefore, acts: within }) => acts <= actsBefore + within + ROUNDING);
    return ramp === undefined ? undefined : momentIn(ramp, acts);
  }

  /** The same until then, and nothing after, without an end. */
  pausedAt(ms: number): Pace {
    return this.heldAt(ms, 0);
  }

  /** The same with a pause in it: everything after comes later. */
  pausedBetween(fromMs: number, toMs: number): Pace {
    const pause = { durationMs: toMs - fromMs, from: 0, to: 0, stage: this.stageAt(fromMs) };
    return new Pace([...this.#until(fromMs), pause, ...this.#after(fromMs)], this.stages);
  }

  /** The same until then, and so many times the rate after. */
  scaledAt(ms: number, factor: number): Pace {
    const after = this.#after(ms).map((leg) => ({ ...leg, from: leg.from * factor, to: leg.to * factor }));
    return new Pace([...this.#until(ms), ...after], this.stages);
  }

  /** The same until then, and a constant rate after, without an end. */
  heldAt(ms: number, perSecond: number): Pace {
    const held = { durationMs: Number.POSITIVE_INFINITY, from: perSecond, to: perSecond, stage: this.stageAt(ms) };
    return new Pace([...this.#until(ms), held], this.stages);
  }

  #rampAt(ms: number): Ramp | undefined {
    return this.#ramps.find(({ fromMs, durationMs }) => ms < fromMs + durationMs);
  }

  #until(ms: number): Leg[] {
    return this.#split(ms)[0];
  }

  #after(ms: number): Leg[] {
    return this.#split(ms)[1];
  }

  #split(ms: number): [before: Leg[], after: Leg[]] {
    const before: Leg[] = [];
    const after: Leg[] = [];
    let fromMs = 0;
    for (const leg of this.legs) {
      const spent = Math.min(Math.max(0, ms - fromMs), leg.durationMs);
      const between = this.rateAt(fromMs + spent);
      if (spent > 0) before.push({ ...leg, durationMs: spent, to: spent === leg.durationMs ? leg.to : between });
      if (spent < leg.durationMs) {
        after.push({ ...leg, durationMs: leg.durationMs - spent, from: spent === 0 ? leg.from : between });
      }
      fromMs += leg.durationMs;
    }
    return [before, after];
  }
}

function momentIn({ fromMs, durationMs, actsBefore, rate, growth }: Ramp, acts: number): number {
  const wanted = acts - actsBefore;
  if (growth === 0 && rate > 0) return fromMs + Math.min(wanted / rate, durationMs);
  // The root in this form loses no digits near a constant rate.
  const root = Math.sqrt(Math.max(0, rate * rate + 2 * growth * wanted));
  // Both are 0 for the very beginning of a ramp from 0, of which so little is wanted that the root underflows.
  const t = rate + root === 0 ? 0 : (2 * wanted) / (rate + root);
  return fromMs + Math.min(t, durationMs);
}

/** From one rate to the next. */
export function stagedPace(startPerSecond: number, stages: readonly Stage[]): Pace {
  let from = startPerSecond;
  const legs = stages.map(({ durationMs, actsPerSecond: to }, stage) => {
    const leg = { durationMs, from, to, stage };
    from = to;
    return leg;
  });
  // One that takes no time is a jump: it says what the next one begins with.
  return new Pace(
    legs.filter(({ durationMs }) => durationMs > 0),
    legs.length,
  );
}

/** The same rate for all of the time. */
export function constantPace(actsPerSecond: number, durationMs: number): Pace {
  return new Pace([{ durationMs, from: actsPerSecond, to: actsPerSecond, stage: 0 }], 1);
}
