import { type FindMaxPlan, ladderOf } from "../find-max/find-max-plan.js";
import type { FindMaxResult, FindMaxStep } from "../find-max/find-max-result.js";
import { type RateSearch, stepOf } from "../find-max/find-max-search.js";
import { judgeStep } from "../find-max/step-measure.js";
import type { StepWindow } from "../find-max/step-window.js";
import type { Threshold } from "../metrics/threshold.js";
import type { PartResult } from "../part-result.js";
import { judgeTogether, type StepFault, type StepFaults, type StepState, stepStateOf } from "./step-state.js";

/** What a segment measured in each step of a search, lowest rate first. */
export interface LadderState {
  readonly conditions: readonly Threshold[];
  /** Of all steps, done or not. */
  readonly rates: readonly number[];
  readonly stepMs: number;
  /** `startedAtMs` on the run's clock. */
  readonly steps: readonly (StepState & { readonly startedAtMs: number })[];
}

/**
 * A search in a segment, which does not hear of the others: every segment goes through the same rates at the same moments,
 * and the merge says up to which one the conditions held of all that they measured.
 */
export class FindMaxLadder implements RateSearch {
  ratePerSecond = 0;
  readonly #rates: readonly number[];
  readonly #steps: LadderState["steps"][number][] = [];
  readonly #own: FindMaxStep[] = [];
  #startMs: number | undefined;
  #isInStep = false;
  #isStopped = false;

  constructor(
    private readonly plan: FindMaxPlan,
    private readonly window: StepWindow,
    private readonly epochMs: () => number,
  ) {
    this.#rates = ladderOf(plan);
  }

  get isDone(): boolean {
    return this.#isStopped || this.#steps.length === this.#rates.length;
  }

  /** Whatever happens to this one, the others go on. */
  begin(nowMs: number): void {
    this.#startMs ??= nowMs;
    this.#move(nowMs);
  }

  advance(nowMs: number): boolean {
    return !this.isDone && this.#move(nowMs);
  }

  stop(): void {
    this.#isStopped = true;
  }

  result(): FindMaxResult {
    return { ratePerSecond: null, endedBy: "merge", steps: this.#own };
  }

  state(): LadderState {
    const { conditions, stepMs } = this.plan;
    return { conditions, rates: this.#rates, stepMs, steps: this.#steps };
  }

  stageText(): string {
    if (this.isDone) return "done";
    if (this.#isWarmingUp) return "warming up";
    const step = `step ${this.#steps.length + 1} of ${this.#rates.length}`;
    return this.#isInStep ? `${step}: ${Math.round(this.ratePerSecond)}/s` : `${step}: cooling down`;
  }

  get #isWarmingUp(): boolean {
    return this.plan.warmUpMs > 0 && !this.#isInStep && this.#steps.length === 0;
  }

  /** @returns whether the rate has changed, or there is nothing more to do */
  #move(nowMs: number): boolean {
    const before = this.ratePerSecond;
    const { stepMs, coolDownMs, warmUpMs } = this.plan;
    const warmMs = warmUpMs === 0 ? 0 : warmUpMs + coolDownMs;
    const atMs = nowMs - (this.#startMs ?? nowMs);
    const rung = this.#steps.length;
    const stepFromMs = warmMs + rung * (stepMs + coolDownMs);
    if (this.#isInStep && atMs >= stepFromMs + stepMs + coolDownMs) {
      this.#measure(nowMs, stepFromMs);
      if (!this.isDone) this.#move(nowMs);
      return true;
    }
    if (!this.#isInStep && atMs >= stepFromMs) {
      this.#isInStep = true;
      this.window.begin(nowMs);
    }
    if (this.#isInStep) this.ratePerSecond = atMs < stepFromMs + stepMs ? (this.#rates[rung] as number) : 0;
    else this.ratePerSecond = atMs < warmUpMs ? (this.#rates[0] as number) : 0;
    return this.ratePerSecond !== before;
  }

  #measure(nowMs: number, stepFromMs: number): void {
    const { conditions, stepMs } = this.plan;
    const rate = this.#rates[this.#steps.length] as number;
    const startedAtMs = (this.#startMs as number) + stepFromMs;
    const measure = this.window.measure(nowMs);
    this.#steps.push({ ...stepStateOf(measure, this.epochMs()), startedAtMs: Math.round(startedAtMs) });
    this.#own.push(stepOf(judgeStep(conditions, measure), rate, startedAtMs, stepMs));
    this.#isInStep = false;
  }
}

/** What went wrong between segments, and when the first of these began on its run's clock. */
export interface FarFaults {
  /** `sentMs`: since the shared start. */
  readonly faults: readonly { readonly kind: StepFault; readonly sentMs: number }[];
  readonly epochMs: number;
}

/**
 * Searches with what all segments measured together, up to the first step that does not hold: what was measured above says
 * nothing of a server that has just been overloaded. @throws RangeError for a histogram that is none
 */
export function judgeLadders(
  parts: readonly PartResult[],
  ladders: readonly (readonly LadderState[])[],
  between: FarFaults,
): readonly PartResult[] {
  let search = 0;
  return parts.map((part) => {
    if (part.findMax?.endedBy !== "merge") return part;
    const same = ladders.flatMap((ofShard) => ofShard[search] ?? []);
    search++;
    return { ...part, findMax: judged(same, between) };
  });
}

function judged(ladders: readonly LadderState[], between: FarFaults): FindMaxResult {
  const [first] = ladders;
  if (first === undefined) throw new RangeError("the steps of its search are not there");
  const { conditions, rates, stepMs } = first;
  const steps: FindMaxStep[] = [];
  let ratePerSecond: number | null = null;
  for (const [rung, rate] of rates.entries()) {
    const states = ladders.flatMap((each) => each.steps[rung] ?? []);
    const [any] = states;
    if (any === undefined || states.length < ladders.length) return { ratePerSecond, endedBy: "stopped", steps };
    const reading = judgeTogether(conditions, states, farFaultsOf(first, rung, between));
    const step = stepOf(reading, rate, any.startedAtMs, stepMs);
    steps.push(step);
    if (reading.doubts.length > 0) return { ratePerSecond, endedBy: "generator", steps };
    if (!step.ok) return { ratePerSecond, endedBy: ratePerSecond === null ? "no rate holds" : "precision", steps };
    ratePerSecond = rate;
  }
  return { ratePerSecond, endedBy: "max rate", steps };
}

/** Of what was sent from a step's beginning until the next one's. */
function farFaultsOf({ steps }: LadderState, rung: number, { faults, epochMs }: FarFaults): StepFaults {
  const [fromMs = Number.POSITIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY] = [rung, rung + 1].map((at) => {
    const step = steps[at];
    return step === undefined ? undefined : step.startedAtMs - epochMs;
  });
  const counts: { -readonly [metric in keyof StepFaults]: number } = {};
  for (const { kind, sentMs } of faults) {
    // Times are whole: what was sent in the first ms of a step may bear the one before.
    if (sentMs + 1 < fromMs || sentMs + 1 >= untilMs) continue;
    const metric = `msgs_${kind}` as const;
    counts[metric] = (counts[metric] ?? 0) + 1;
  }
  return counts;
}
