import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { Trend } from "./metrics/metrics.js";

/** How the generator itself did during the steady phase. */
export interface GeneratorHealth {
  /** Share of the time that its event loop was at work: 1 = a whole core. */
  readonly busyShare: number;
  readonly eventLoopLagP99Ms: number;
  /** Acts that were meant to happen and did not. */
  readonly droppedIterations: number;
  readonly iterations: number;
}

/** Above these the generator measures itself rather than the server. Shares are from 0 to 1. */
export interface HealthLimits {
  readonly busyShareMax: number;
  readonly eventLoopLagP99MaxMs: number;
  readonly droppedShareMax: number;
}

export const healthLimits: HealthLimits = {
  busyShareMax: 0.95,
  eventLoopLagP99MaxMs: 100,
  droppedShareMax: 0.01,
};

/** Lag is looked at so often. */
const LAG_SAMPLE_INTERVAL_MS = 10;

/** Watches the event loop: how busy it is, and how late it gets to things. */
export class HealthWatch {
  #since: EventLoopUtilization = performance.eventLoopUtilization();
  #lastSecond: EventLoopUtilization = this.#since;
  #step: EventLoopUtilization = this.#since;
  /** Once the measurement has ended. */
  #busyShare: number | undefined;
  #isMeasuring = false;
  #nextSampleMs = Number.POSITIVE_INFINITY;

  /** `lagged` is told how late the loop was, and has `lag` record it. */
  constructor(
    private readonly lag: Trend,
    private readonly lagged: (ms: number) => void,
  ) {}

  /** Measures from here on. */
  begin(nowMs: number): void {
    this.#since = performance.eventLoopUtilization();
    this.#nextSampleMs = nowMs + LAG_SAMPLE_INTERVAL_MS;
    this.#isMeasuring = true;
  }

  end(): void {
    this.#nextSampleMs = Number.POSITIVE_INFINITY;
    this.#busyShare = this.#busyShareSoFar();
  }

  /** Called as often as the loop comes round. Every sample that was missed counts with its own delay. */
  tick(nowMs: number): void {
    while (this.#nextSampleMs <= nowMs) {
      this.lagged(nowMs - this.#nextSampleMs);
      this.#nextSampleMs += LAG_SAMPLE_INTERVAL_MS;
    }
  }

  /** From `begin` to `end`, or to now. */
  result(iterations: number, droppedIterations: number): GeneratorHealth {
    return {
      busyShare: Math.round((this.#busyShare ?? this.#busyShareSoFar()) * 1000) / 1000,
      eventLoopLagP99Ms: this.lag.percentileMs(99),
      iterations,
      droppedIterations,
    };
  }

  #busyShareSoFar(): number {
    return this.#isMeasuring ? shareOf(performance.eventLoopUtilization(this.#since)) : 0;
  }

  /** A step of a search begins. */
  beginStep(): void {
    this.#step = performance.eventLoopUtilization();
  }

  stepBusyShare(): number {
    return shareOf(performance.eventLoopUtilization(this.#step));
  }

  /** Since the last call. */
  busyShareLately(): number {
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, this.#lastSecond);
    this.#lastSecond = current;
    return utilization;
  }
}

/** A run of a few ms is busy for all of it, and nothing has had to wait. */
function shareOf({ active, idle }: EventLoopUtilization): number {
  return active / Math.max(active + idle, healthLimits.eventLoopLagP99MaxMs);
}

/** Why the run's latencies are not to be trusted; empty when they are. */
export function doubtsAbout(health: GeneratorHealth, limits: HealthLimits): string[] {
  const doubts: string[] = [];
  const { busyShareMax, eventLoopLagP99MaxMs, droppedShareMax } = limits;
  if (health.busyShare > busyShareMax) {
    doubts.push(`the generator was ${percent(health.busyShare)} busy (limit ${percent(busyShareMax)})`);
  }
  if (health.eventLoopLagP99Ms > eventLoopLagP99MaxMs) {
    const lagMs = Math.round(health.eventLoopLagP99Ms);
    doubts.push(`the generator was late by ${lagMs} ms at the 99th percentile (limit ${eventLoopLagP99MaxMs} ms)`);
  }
  const planned = health.iterations + health.droppedIterations;
  if (health.droppedIterations > droppedShareMax * planned) {
    doubts.push(
      `${health.droppedIterations} of ${planned} planned acts did not happen (limit ${percent(droppedShareMax)})`,
    );
  }
  return doubts;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
