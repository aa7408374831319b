import type { PartResult } from "../part-result.js";
import { type FindMaxPlan, roundedRate } from "./find-max-plan.js";
import type { FindMaxResult, FindMaxStep, StepReading } from "./find-max-result.js";

/** How a step is watched. */
export interface StepGauge {
  begin(nowMs: number): void;
  /** Nothing is under way. */
  isQuiet(): boolean;
  /** `awaited`: what other processes measured is not known yet, so ask again; `given up`: it never will be. */
  end(nowMs: number): StepReading | "awaited" | "given up";
}

/** Says which rate is kept up when. */
export interface RateSearch {
  /** The rate that is kept up now; 0 between steps. */
  readonly ratePerSecond: number;
  readonly isDone: boolean;
  /** Begins the search, or the step that it is at once more. */
  begin(nowMs: number): void;
  /** Called every now and then. True when `ratePerSecond` has changed, or the search is done. */
  advance(nowMs: number, isIdle: boolean): boolean;
  /** The run ends before the search does. */
  stop(): void;
  result(): FindMaxResult;
  stageText(): string;
}

const GROWTH = 2;
/** Below this part of the first rate nobody looks. */
const SMALLEST_PART = 1 / 64;
/** More than this part of a step's acts must not be dropped. */
const DROPPED_SHARE_MAX = 0.01;

/** Doubles the rate while the conditions hold, then halves the distance between what holds and what does not. */
export class FindMaxSearch implements RateSearch {
  readonly steps: FindMaxStep[] = [];
  #endedBy: FindMaxResult["endedBy"] | undefined;
  ratePerSecond = 0;
  #tried: number;
  #holds: number | undefined;
  #breaks: number | undefined;
  #stepStartMs = 0;
  #isWarm = false;
  /** When the rate was taken back; undefined during a step. */
  #coolingSinceMs: number | undefined;

  constructor(
    private readonly plan: FindMaxPlan,
    private readonly gauge: StepGauge,
  ) {
    this.#tried = Math.min(plan.startPerSecond, plan.maxPerSecond);
  }

  get isDone(): boolean {
    return this.#endedBy !== undefined;
  }

  begin(nowMs: number): void {
    this.#isWarm ||= this.plan.warmUpMs === 0;
    this.#beginStep(nowMs);
  }

  advance(nowMs: number, isIdle: boolean): boolean {
    if (this.isDone) return false;
    if (this.#coolingSinceMs === undefined) {
      const lengthMs = this.#isWarm ? this.plan.stepMs : this.plan.warmUpMs;
      if (nowMs < this.#stepStartMs + lengthMs) return false;
      this.#coolingSinceMs = nowMs;
      this.ratePerSecond = 0;
      return true;
    }
    const isQuiet = isIdle && this.gauge.isQuiet();
    if (!isQuiet && nowMs < this.#coolingSinceMs + this.plan.coolDownMs) return false;
    if (this.#isWarm) {
      const reading = this.gauge.end(nowMs);
      if (reading === "awaited") return false;
      if (reading === "given up") this.stop();
      else this.#judge(reading, this.#coolingSinceMs);
    }
    this.#isWarm = true;
    if (!this.isDone) this.#beginStep(nowMs);
    return true;
  }

  stop(): void {
    this.#endedBy ??= "stopped";
  }

  result(): FindMaxResult {
    return { ratePerSecond: this.#holds ?? null, endedBy: this.#endedBy ?? "stopped", steps: this.steps };
  }

  stageText(): string {
    const step = this.steps.length + 1;
    if (this.isDone) return "done";
    if (!this.#isWarm) return "warming up";
    return this.#coolingSinceMs === undefined
      ? `step ${step}: ${Math.round(this.#tried)}/s`
      : `step ${step}: cooling down`;
  }

  #beginStep(nowMs: number): void {
    this.#coolingSinceMs = undefined;
    this.#stepStartMs = nowMs;
    this.ratePerSecond = this.#tried;
    this.gauge.begin(nowMs);
  }

  #judge(reading: StepReading, endMs: number): void {
    const step = stepOf(reading, this.#tried, this.#stepStartMs, endMs - this.#stepStartMs);
    this.steps.push(step);
    if (reading.doubts.length > 0) this.#endedBy = "generator";
    else if (step.ok) this.#held();
    else this.#broke();
  }

  #held(): void {
    this.#holds = this.#tried;
    if (this.#breaks !== undefined) return this.#halve();
    if (this.#tried >= this.plan.maxPerSecond) this.#endedBy = "max rate";
    else this.#tried = Math.min(this.#tried * GROWTH, this.plan.maxPerSecond);
  }

  #broke(): void {
    this.#breaks = this.#tried;
    if (this.#holds !== undefined) return this.#halve();
    const lower = this.#tried / GROWTH;
    if (lower < this.plan.startPerSecond * SMALLEST_PART) this.#endedBy = "no rate holds";
    else this.#tried = roundedRate(lower);
  }

  #halve(): void {
    const holds = this.#holds as number;
    const breaks = this.#breaks as number;
    const next = roundedRate((holds + breaks) / 2);
    if (breaks - holds <= holds * this.plan.precision || next <= holds || next >= breaks) this.#endedBy = "precision";
    else this.#tried = next;
  }
}

/** A step with its verdict. */
export function stepOf(
  reading: StepReading,
  ratePerSecond: number,
  startedAtMs: number,
  durationMs: number,
): FindMaxStep {
  const { conditions, acts, dropped, lost, doubts } = reading;
  const isDropping = dropped > DROPPED_SHARE_MAX * (acts + dropped);
  return {
    ...reading,
    ratePerSecond,
    achievedPerSecond: Math.round((acts * 1000) / durationMs),
    startedAtMs: Math.round(startedAtMs),
    durationMs: Math.round(durationMs),
    ok: conditions.every(({ ok }) => ok) && !isDropping && lost === 0 && doubts.length === 0,
  };
}

/** A search goes beyond what the servers can do: what is dropped there is judged step by step, and not of the run. */
export function isSearch(parts: readonly Pick<PartResult, "findMax">[]): boolean {
  return parts.some(({ findMax }) => findMax !== null);
}

/** Those that found no rate, as text. */
export function failedSearches(parts: readonly Pick<PartResult, "name" | "findMax">[]): string[] {
  return parts
    .filter(({ findMax }) => findMax?.endedBy === "no rate holds")
    .map(({ name }) => `${name}: the condition does not hold at any rate`);
}
